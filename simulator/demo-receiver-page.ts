/** The page of the demo's receiver: what has come, in Vietnamese or English as the browser has it. */
export const RECEIVER_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Webhook receiver</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="./receiver.css" />
    <script src="./receiver.js" defer></script>
  </head>
  <body>
    <main>
      <h1 data-vi="CRM mẫu: các webhook đã nhận">A sample CRM: webhooks that have come</h1>
      <p data-vi="Mỗi yêu cầu đều được kiểm tra chữ ký và thời gian trước khi nhận.">Each request's signature and time are verified before it is taken.</p>
      <p role="status" id="count"></p>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="deliveries">
        <table>
          <caption id="deliveries" data-vi="Mới nhất ở trên">The newest first</caption>
          <thead>
            <tr>
              <th scope="col" data-vi="Thời điểm">Time</th>
              <th scope="col" data-vi="Chữ ký">Signature</th>
              <th scope="col" data-vi="Sự kiện">Event</th>
              <th scope="col" data-vi="Đối tượng">About</th>
              <th scope="col">webhook-id</th>
            </tr>
          </thead>
          <tbody></tbody>
        </table>
      </div>
    </main>
  </body>
</html>
`;

export const RECEIVER_SCRIPT = `const isVietnamese = navigator.language.startsWith('vi');
if (isVietnamese) {
  document.documentElement.lang = 'vi';
  for (const one of document.querySelectorAll('[data-vi]')) one.textContent = one.dataset.vi;
}
const WORDS = isVietnamese
  ? { verified: 'hợp lệ', repeat: 'hợp lệ, gửi lại', refused: 'không hợp lệ: đã từ chối' }
  : { verified: 'right', repeat: 'right, a repeat', refused: 'wrong: refused' };
const rows = document.querySelector('tbody');
const shown = new Set();
async function read() {
  const response = await fetch('./deliveries');
  const deliveries = await response.json();
  for (const { at, id, type, about, verdict } of deliveries.toReversed()) {
    const key = at + id + verdict;
    if (shown.has(key)) continue;
    shown.add(key);
    const row = rows.insertRow(0);
    row.dataset.verdict = verdict;
    const time = new Date(at).toLocaleTimeString(isVietnamese ? 'vi-VN' : 'en-GB');
    for (const text of [time, WORDS[verdict], type, about, id]) row.insertCell().textContent = text;
  }
  while (rows.rows.length > 200) rows.deleteRow(-1);
  const refused = deliveries.filter(({ verdict }) => verdict === 'refused').length;
  const count = shown.size - refused;
  document.querySelector('#count').textContent = isVietnamese ? 'Đã nhận: ' + count : 'Taken: ' + count;
}
const follow = () => read().catch(() => undefined).then(() => setTimeout(follow, 1000));
follow();
`;

export const RECEIVER_STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.45; }
main { margin: auto; max-inline-size: 70rem; padding: 1rem; }
h1 { font-size: 1.4rem; }
.scroll { overflow: auto; }
table { border-collapse: collapse; font-size: 0.9rem; inline-size: 100%; }
caption { padding-block: 0.5rem; text-align: start; }
th, td { border-block-end: 1px solid #8888; padding: 0.3rem 0.8rem 0.3rem 0; text-align: start; white-space: nowrap; }
td { font-variant-numeric: tabular-nums; }
tr[data-verdict='refused'] td { font-weight: 700; text-decoration: line-through; }
`;
