import type { Act } from './by-hand.js';

const BUTTONS: readonly (readonly [act: Act, english: string, vietnamese: string])[] = [
  ['ring', 'A customer calls', 'Khách gọi đến'],
  ['answer', 'Answer', 'Nghe máy'],
  ['transfer', 'Transfer to a colleague', 'Chuyển máy cho đồng nghiệp'],
  ['hang-up', 'Hang up', 'Gác máy'],
  ['caller-gives-up', 'The caller gives up', 'Khách gác máy trước khi có người nghe'],
  ['colleague-transfers', 'A colleague transfers a call here', 'Đồng nghiệp chuyển máy đến đây'],
];

/** The demo's desk: in Vietnamese or English as the browser has it. */
export function deskPage(bridge: string, extensions: readonly string[]): string {
  const own = extensions.includes('107') ? '107' : extensions[0]!;
  const options = extensions
    .map((one) => `<option${one === own ? ' selected' : ''}>${one}</option>`)
    .join('');
  const buttons = BUTTONS.map(
    ([act, english, vietnamese]) =>
      `<button type="button" data-act="${act}" data-vi="${vietnamese}">${english}</button>`,
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Screen pop: try it</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="./desk.css" />
    <script src="./desk.js" defer></script>
  </head>
  <body>
    <main>
      <h1 data-vi="Thử popup cuộc gọi đến">Try the screen pop</h1>
      <p class="acts">
        <label><span data-vi="Máy nhánh">Extension</span> <select id="extension">${options}</select></label>
        ${buttons.join('\n        ')}
      </p>
      <p role="status" id="said" data-vi="Tổng đài mô phỏng vẫn đang nhận cuộc gọi khác: máy nhánh này cũng có thể đổ chuông.">The simulated call centre is busy: other calls may ring here, too.</p>
      <iframe title="Screen pop" data-vi-title="Popup cuộc gọi đến" data-pop="${bridge}/pop"></iframe>
    </main>
  </body>
</html>
`;
}

export const DESK_SCRIPT = `const isVietnamese = navigator.language.startsWith('vi');
const frame = document.querySelector('iframe');
if (isVietnamese) {
  document.documentElement.lang = 'vi';
  for (const one of document.querySelectorAll('[data-vi]')) one.textContent = one.dataset.vi;
  frame.title = frame.dataset.viTitle;
}
const NO_CALL = isVietnamese ? 'Máy nhánh này không có cuộc gọi phù hợp.' : 'This extension has no such call.';
const FAILED = isVietnamese ? 'Bản demo đã dừng.' : 'The demo has ended.';
const extension = document.querySelector('#extension');
const said = document.querySelector('#said');
const watch = () => (frame.src = frame.dataset.pop + '?extension=' + extension.value);
extension.addEventListener('change', watch);
watch();
for (const button of document.querySelectorAll('[data-act]')) {
  button.addEventListener('click', async () => {
    try {
      const { status } = await fetch('./act', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ extension: extension.value, act: button.dataset.act }),
      });
      said.textContent = status === 204 ? button.textContent + ' ✓' : NO_CALL;
    } catch {
      said.textContent = FAILED;
    }
  });
}
`;

export const DESK_STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.45; }
body { margin: 0; }
main { display: flex; flex-direction: column; min-block-size: 100vh; }
h1, p { margin: 0; padding: 0.4rem 1rem; }
h1 { font-size: 1.2rem; }
.acts { align-items: center; display: flex; flex-wrap: wrap; gap: 0.5rem; }
button, select { font: inherit; min-block-size: 2.4rem; padding-inline: 0.8rem; }
iframe { border: 0; border-block-start: 1px solid GrayText; flex: 1; inline-size: 100%; min-block-size: 38rem; }
`;
