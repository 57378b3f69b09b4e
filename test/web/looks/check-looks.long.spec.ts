import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../../../client/test/chromium.js';
import { checkLooks, watchLooks } from './check-looks.js';
import type { Check, Reading } from './finding.js';

const READ: Reading = { language: 'vi' };
const LONG = 'Nguyễn Thị Hương Giang, phòng chăm sóc khách hàng';

interface Broken {
  readonly fault: string;
  readonly check: Check;
  /** What the finding must name: the element, then what is there. */
  readonly where: string;
  readonly what: string | RegExp;
  readonly body: string;
  readonly style?: string;
  readonly reading?: Reading;
}

/** Pages that are broken in one respect each. */
const BROKEN: readonly Broken[] = [
  {
    fault: 'a name that a box cuts',
    check: 'clipped',
    where: '#name',
    what: /Nguyễn.* is cut by #name/,
    body: `<p id="name">${LONG}</p>`,
    style: '#name { inline-size: 8rem; overflow: hidden; white-space: nowrap }',
  },
  {
    fault: 'a name that a box further out cuts',
    check: 'clipped',
    where: 'div.card > b',
    what: /is cut by .*div\.card$/,
    body: `<div class="card"><b>${LONG}</b></div>`,
    style: '.card { block-size: 4rem; contain: paint; inline-size: 8rem; white-space: nowrap }',
  },
  {
    fault: 'letters whose marks are cut above',
    check: 'clipped',
    where: '#number',
    what: 'ỆỖ',
    body: '<p id="number">ỆỖ</p>',
    style: '#number { font-size: 3rem; line-height: 0.6; overflow: hidden }',
  },
  {
    fault: 'the last lines of a paragraph',
    check: 'clipped',
    where: '#lines',
    what: 'is cut by #lines',
    body: `<p id="lines">${LONG} ${LONG} ${LONG}</p>`,
    style: '#lines { block-size: 2.5rem; inline-size: 12rem; overflow: hidden }',
  },
  {
    fault: 'an ellipsis, where the whole text is nowhere',
    check: 'clipped',
    where: '#short',
    what: LONG,
    body: `<p id="short">${LONG}</p>`,
    style: '#short { inline-size: 8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }',
  },
  {
    fault: 'an ellipsis with a title, on a touch screen',
    check: 'clipped',
    where: '#short',
    what: LONG,
    body: `<p id="short" title="${LONG}">${LONG}</p>`,
    style: '#short { inline-size: 8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }',
    reading: { ...READ, touch: true },
  },
  {
    fault: 'a title that says something else',
    check: 'clipped',
    where: '#short',
    what: LONG,
    body: `<p id="short" title="Nguyễn">${LONG}</p>`,
    style: '#short { inline-size: 8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }',
  },
  {
    fault: 'a text beside the page',
    check: 'clipped',
    where: '#away',
    what: 'begins left of the page',
    body: '<p id="away">Khách đang chờ</p>',
    style: '#away { inset: 0 auto auto -2rem; margin: 0; position: absolute }',
  },
  {
    fault: 'a fixed text below the screen',
    check: 'clipped',
    where: '#fixed',
    what: 'ends below the screen',
    body: '<p id="fixed">Khách đang chờ</p>',
    style: '#fixed { inset-block-end: -0.8rem; margin: 0; position: fixed }',
  },
  {
    fault: 'what a screen without hands would have to scroll for',
    check: 'clipped',
    where: 'p:nth-of-type(30)',
    what: 'dòng 30',
    body: `<div class="list" tabindex="0">${lines(30)}</div>`,
    style: '.list { block-size: 20rem; overflow: auto }',
    reading: { ...READ, kiosk: true },
  },
  {
    fault: 'a placeholder longer than its field',
    check: 'clipped',
    where: '#search',
    what: 'is longer than its field',
    body: `<input id="search" aria-label="Tìm" placeholder="${LONG}">`,
    style: '#search { inline-size: 8rem; min-block-size: 2rem }',
  },
  {
    fault: 'a choice longer than its field',
    check: 'clipped',
    where: '#queue',
    what: 'is longer than its field',
    body: `<select id="queue" aria-label="Hàng chờ"><option>${LONG}</option></select>`,
    style: '#queue { inline-size: 8rem; min-block-size: 2rem }',
  },
  {
    fault: 'a label that leaves its canvas',
    check: 'clipped',
    where: '#chart',
    what: /^“10:00”/,
    body: '<canvas id="chart" width="200" height="100" role="img" aria-label="Cuộc gọi"></canvas>',
    reading: READ,
  },
  {
    fault: 'a row in which a scroll box ends',
    check: 'cut-row',
    where: 'ul.list > li:nth-of-type(5)',
    what: /“dòng 5” is cut by the end of .*ul\.list/,
    body: `<ul class="list" tabindex="0">${lines(12, 'li')}</ul>`,
    style: '.list { block-size: 90px; line-height: 20px; overflow: auto; padding: 0 }',
  },
  {
    fault: 'a row of two lines of which one is seen',
    check: 'cut-row',
    where: 'ul.list > li:nth-of-type(3)',
    what: 'some of its lines are hidden',
    body: `<ul class="list" tabindex="0">${lines(6, 'li', '<br>của khách')}</ul>`,
    style: '.list { block-size: 100px; line-height: 20px; overflow: auto; padding: 0 }',
  },
  {
    fault: 'a chip that a scroll box cuts below its text',
    check: 'cut-row',
    where: 'span.chip:nth-of-type(3)',
    what: 'the box of “dòng 3” is cut',
    body: `<div class="list" tabindex="0">${lines(6, 'span class="chip"').replaceAll('</span class="chip">', '</span>')}</div>`,
    style:
      '.list { block-size: 113px; overflow: auto } .chip { block-size: 40px; border: 1px solid; box-sizing: border-box; display: block }',
  },
  {
    fault: 'two labels on each other',
    check: 'overlap',
    where: '#one',
    what: '“Mức độ dịch vụ” lies on “Cuộc gọi nhỡ” of #two',
    body: '<p id="one">Mức độ dịch vụ</p><p id="two">Cuộc gọi nhỡ</p>',
    style: '#two { margin-block-start: -1.9em }',
  },
  {
    fault: 'two labels of a drawing on each other',
    check: 'overlap',
    where: '#ten',
    what: '“10:00” lies on “10:05” of #five',
    body: `<svg width="300" height="60" role="img" aria-label="Cuộc gọi">
      <text id="ten" x="20" y="30">10:00</text><text id="five" x="40" y="32">10:05</text></svg>`,
  },
  {
    fault: 'a notice that lies on a number',
    check: 'overlap',
    where: '#notice',
    what: '“Mất kết nối” lies on “27” of #number',
    body: '<p id="number">27</p><p id="notice">Mất kết nối</p>',
    style:
      '#number { margin-block-start: 0 } #notice { background: white; inset: 8px auto auto 8px; margin: 0; position: fixed }',
  },
  {
    fault: 'labels without a gap between them',
    check: 'overlap',
    where: '#answered',
    what: '“Đã tiếp nhận” and “Nhỡ” read as one word',
    body: '<p><span id="answered">Đã tiếp nhận</span><span id="missed">Nhỡ</span> <b>Chờ</b> <i>Khác</i></p>',
  },
  {
    fault: 'a name that breaks within a word',
    check: 'broken-word',
    where: '#queue',
    what: /“ChamSocKH39989221” goes on in the next line after “Cham/,
    body: '<p id="queue">ChamSocKH39989221</p>',
    style: '#queue { inline-size: 6rem; overflow-wrap: anywhere }',
  },
  {
    fault: 'a button for a needle',
    check: 'small-control',
    where: '#about',
    what: /“Giải thích” is 20×20/,
    body: '<button id="about" aria-label="Giải thích">?</button>',
    style: '#about { block-size: 20px; box-sizing: border-box; inline-size: 20px; padding: 0 }',
  },
  {
    fault: 'a link of its own that is as flat as its line',
    check: 'small-control',
    where: 'nav > a',
    what: /less than 24×24/,
    body: '<nav><a href="/pop">Popup</a></nav>',
    style: 'a { line-height: 18px }',
  },
  {
    fault: 'a table that is wider than the screen',
    check: 'sideways',
    where: '#wide',
    what: 'the page is 1600 px wide on a screen of 1440',
    body: '<p id="wide">Khách</p>',
    style: '#wide { inline-size: 1600px; margin: 0 } body { margin: 0 }',
  },
  {
    fault: 'a box that scrolls from side to side on a roomy screen',
    check: 'sideways',
    where: '#box',
    what: /its content is 900 px wide in a box of 300/,
    body: '<div id="box" tabindex="0"><p>Khách</p></div>',
    style: '#box { inline-size: 300px; overflow: auto } #box p { inline-size: 900px }',
  },
  {
    fault: 'a box that scrolls from side to side under a finger',
    check: 'sideways',
    where: '#box',
    what: /its content is 900 px wide in a box of 300/,
    body: '<div id="box" tabindex="0"><p>Khách</p></div>',
    style: '#box { inline-size: 300px; overflow: auto } #box p { inline-size: 900px }',
    reading: { ...READ, touch: true },
  },
  {
    fault: 'a word that was given up, in a text with a part in bold',
    check: 'refused-word',
    where: '#said',
    what: /bỏ máy.*khách bỏ máy hôm nay/,
    body: '<p id="said"><b>khách</b> bỏ máy hôm nay</p>',
  },
  {
    fault: 'a word that was given up, in a label for ears',
    check: 'refused-word',
    where: '#said',
    what: /thẻ.*Đóng thẻ này/,
    body: '<button id="said" aria-label="Đóng thẻ này">Đóng</button>',
    style: '#said { min-block-size: 2rem }',
  },
  {
    fault: 'what a program says where a number is missing',
    check: 'nonsense',
    where: '#wait',
    what: '“Chờ NaN:NaN”',
    body: '<p id="wait">Chờ NaN:NaN</p>',
  },
  {
    fault: 'a button without a name',
    check: 'axe',
    where: 'the page',
    what: /^button-name: .*id="bare"/,
    body: '<button id="bare"></button>',
    style: '#bare { block-size: 2rem; inline-size: 2rem }',
  },
];

/** What is right and close to wrong. */
const SOUND: readonly Pick<Broken, 'fault' | 'body' | 'style' | 'reading'>[] = [
  {
    fault: 'an ellipsis whose title says it all',
    body: `<p id="short" title="${LONG}">${LONG}</p>`,
    style: '#short { inline-size: 8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }',
  },
  {
    fault: 'rows that end with their scroll box',
    body: `<ul class="list" tabindex="0">${lines(12, 'li')}</ul>`,
    style: '.list { block-size: 100px; line-height: 20px; overflow: auto; padding: 0 }',
  },
  {
    fault: 'a text for ears, a link past the navigation, and letters that fit exactly',
    body: `<a class="skip" href="#content">Đến nội dung</a><p class="unseen">Ba khách đang chờ</p><p class="tight">Ệg</p>`,
    style: `.skip { inset-inline-start: -100rem; position: absolute }
      .unseen { block-size: 1px; clip-path: inset(50%); inline-size: 1px; overflow: hidden; position: absolute }
      .tight { line-height: 1.25; overflow: hidden }`,
  },
  {
    fault: 'a dialog over a full page, and a link in a sentence',
    body: `<p>Khách đang chờ</p><dialog id="d"><h2>Cuộc gọi</h2><p>Xem <a href="/docs">tài liệu</a> này.</p></dialog>`,
    style: 'dialog { inset: 0 auto auto 0; margin: 0; padding: 0 }',
  },
  {
    fault: 'a name that breaks at its hyphen, and an address that breaks at a slash',
    body: '<p class="thin">Nguyen-Trang-Huong</p><p class="thin">crm.example.com/hook/in</p>',
    style: '.thin { inline-size: 8.5rem; overflow-wrap: break-word }',
  },
  {
    fault: 'a part of a longer word',
    body: '<p>thẻo</p>',
  },
];

describe('the checker of how pages look', () => {
  let chromium: Chromium;
  let page: Page;

  beforeAll(async () => {
    chromium = await startChromium();
    await watchLooks(chromium.context);
    page = await chromium.context.newPage();
  });

  afterAll(async () => {
    await chromium?.close();
  });

  async function open(body: string, style = ''): Promise<void> {
    await page.setViewportSize({ width: 1440, height: 900 });
    const html = `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Bảng giám sát</title>
      <style>body { font-family: sans-serif } main { margin: 0 } h1 { margin-block-start: 4rem } ${style}</style></head>
      <body><main id="content">${body}<h1>Bảng giám sát</h1></main></body></html>`;
    await page.goto(`data:text/html;charset=utf-8,${encodeURIComponent(html)}`);
    await page.evaluate("document.querySelector('dialog')?.showModal()");
    // “10:00” begins before the left edge; what was drawn before and wiped out is not there any more.
    await page.evaluate(`{
      const context = document.querySelector('canvas')?.getContext('2d');
      context?.fillText('old', -5, 20);
      context?.clearRect(-100, 0, 300, 100);
      context?.fillText('10:00', -8, 20);
      context?.fillText('11:00', 80, 20);
    }`);
  }

  it.each(BROKEN)(
    'finds $fault, and nothing else',
    async ({ check, where, what, body, style, reading = READ }) => {
      await open(body, style);
      const found = await checkLooks(page, reading);
      expect(found).toContainEqual({
        check,
        where: expect.stringContaining(where),
        what: typeof what === 'string' ? expect.stringContaining(what) : expect.stringMatching(what),
      });
      expect(found.filter((finding) => finding.check !== check)).toEqual([]);
    },
  );

  it.each(SOUND)('finds nothing in $fault', async ({ body, style, reading = READ }) => {
    await open(body, style);
    expect(await checkLooks(page, reading)).toEqual([]);
  });
});

function lines(count: number, tag = 'p', more = ''): string {
  return Array.from({ length: count }, (_, index) => `<${tag}>dòng ${index + 1}${more}</${tag}>`).join('');
}
