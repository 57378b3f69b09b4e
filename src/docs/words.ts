import { type Html, html, prose } from './html.js';

/**
 * The words of the page at `/docs` that are its own, in both languages: menu, headings, guides, buttons, heads of tables. What
 * describes the interface, its names and its code are English in both. `code` stands between backticks, `{name}` for what is put in.
 */
export const OWN_WORDS = {
  title: { en: 'Pitel event bridge: API docs', vi: 'Tài liệu API · Pitel Event Bridge' },
  skip: { en: 'To the content', vi: 'Chuyển đến nội dung chính' },
  pages: { en: 'Pages', vi: 'Các trang' },
  contents: { en: 'Contents', vi: 'Mục lục' },
  wallboard: { en: 'Wallboard', vi: 'Bảng giám sát' },
  callbacks: { en: 'Call-backs', vi: 'Gọi lại' },
  reports: { en: 'Reports', vi: 'Báo cáo' },
  screenPop: { en: 'Screen pop', vi: 'Popup cuộc gọi đến' },
  docs: { en: 'API docs', vi: 'Tài liệu API' },
  theme: { en: 'Theme', vi: 'Giao diện' },
  themeSystem: { en: 'as the system', vi: 'theo hệ thống' },
  themeLight: { en: 'light', vi: 'sáng' },
  themeDark: { en: 'dark', vi: 'tối' },
  copy: { en: 'Copy', vi: 'Sao chép' },

  start: { en: 'Start', vi: 'Bắt đầu' },
  how: { en: 'How it works', vi: 'Cách hoạt động' },
  events: { en: 'Events', vi: 'Sự kiện' },
  everyEvent: { en: 'Every event', vi: 'Mọi sự kiện' },
  connecting: { en: 'Connecting', vi: 'Kết nối' },
  channelsAndStream: { en: 'Channels and stream', vi: 'Kênh và luồng' },
  parts: { en: 'Parts', vi: 'Thành phần' },
  version: { en: 'API version {version}', vi: 'phiên bản API {version}' },

  intro: {
    en: 'The bridge watches a Pitel cloud PBX and keeps a log of what happens in each tenant. The same events come over Socket.IO, HTTP, server-sent events and Redis, in the same order and with the same `id`.',
    vi: 'Hệ thống theo dõi tổng đài Pitel và ghi nhật ký những gì diễn ra ở từng tài khoản tổng đài. Socket.IO, HTTP, server-sent events và Redis đều cung cấp các sự kiện như nhau, cùng thứ tự và cùng `id`.',
  },
  ruleOnce: {
    en: 'Every call has exactly one `call-started` and exactly one `call-ended`, in between at most one of `call-answered` and `call-abandoned`. Whatever you open for a call, close it on `call-ended`.',
    vi: 'Mỗi cuộc gọi có đúng một `call-started` và đúng một `call-ended`; ở giữa có tối đa một trong hai sự kiện `call-answered` và `call-abandoned`. Những gì đã mở cho cuộc gọi, hãy đóng khi nhận `call-ended`.',
  },
  ruleWhole: {
    en: '`data` of a call event is the whole view of the call: no earlier event is needed to understand it.',
    vi: '`data` của sự kiện cuộc gọi chứa toàn bộ trạng thái của cuộc gọi: không cần đến các sự kiện trước đó.',
  },
  ruleCursor: {
    en: 'A cursor, `<epoch>:<sequence>`, is a position in the log. Keep the one of the last event that you have dealt with, come back with it, and nothing is missed and nothing repeated.',
    vi: 'Con trỏ (cursor) `<epoch>:<sequence>` là một vị trí trong nhật ký. Hãy lưu con trỏ của sự kiện đã xử lý gần nhất và gửi lại khi kết nối lần sau: không sự kiện nào bị sót hay bị lặp.',
  },
  ruleId: {
    en: 'An event that is announced twice has the same `id` twice. Drop ids that you have had, and you are exactly-once.',
    vi: 'Sự kiện được gửi hai lần vẫn giữ nguyên `id`. Bỏ qua các `id` đã nhận thì mỗi sự kiện chỉ được xử lý đúng một lần.',
  },
  ruleAdded: {
    en: 'Fields and event types are only ever added: ignore what you do not know.',
    vi: 'Trường dữ liệu và loại sự kiện chỉ được thêm, không bao giờ bị xóa: hãy bỏ qua những gì chưa biết.',
  },
  withToken: {
    en: 'With a token, which is bound to one tenant',
    vi: 'Kèm mã truy cập (token); mỗi mã thuộc về một tài khoản tổng đài',
  },
  tag: { en: 'A tag for a CRM', vi: 'Mã nhúng cho trang CRM' },
  tagIntro: {
    en: 'It shows a card for each call of the extension in the page that has it. `token-url` is an address of the page’s own server that answers POST with a token. The origin of the page has to be in `CORS_ORIGINS`.',
    vi: 'Trang có mã nhúng này sẽ hiện popup cho từng cuộc gọi của máy nhánh. `token-url` là địa chỉ trên máy chủ của chính trang đó và trả về token khi nhận POST. Địa chỉ gốc (origin) của trang phải có trong `CORS_ORIGINS`.',
  },
  inPage: { en: 'In a page', vi: 'Trong trang' },
  tagFiles: {
    en: 'The files of version `{version}` never change: `integrity` lets the browser run nothing else. Another build of the bridge serves another version, and this one no longer unless it was released. `/client.js` and `/client.global.js` always lead to the newest, and take no `integrity`; `/client.json` names it for programs.',
    vi: 'Các tệp của phiên bản `{version}` không bao giờ thay đổi: nhờ `integrity`, trình duyệt không chạy tệp nào khác. Bản dựng khác của hệ thống có phiên bản khác, và chỉ giữ lại phiên bản này nếu đã được phát hành. `/client.js` và `/client.global.js` luôn dẫn đến phiên bản mới nhất và không dùng `integrity`; chương trình có thể đọc tên phiên bản đó ở `/client.json`.',
  },
  file: { en: 'File', vi: 'Tệp' },
  address: { en: 'Address', vi: 'Địa chỉ' },
  aModule: { en: 'A module', vi: 'Mô-đun' },
  classicScript: { en: 'A classic script, `window.PitelBridge`', vi: 'Script thường, `window.PitelBridge`' },
  parameter: { en: 'Parameter', vi: 'Tham số' },
  place: { en: 'In', vi: 'Vị trí' },
  meaning: { en: 'Meaning', vi: 'Ý nghĩa' },
  request: { en: 'Request', vi: 'Yêu cầu' },
  answer: { en: 'Answer', vi: 'Phản hồi' },
  refused: { en: 'When it is refused', vi: 'Khi bị từ chối' },
  example: { en: 'Example', vi: 'Ví dụ' },
  field: { en: 'Field', vi: 'Trường' },
  value: { en: 'Value', vi: 'Giá trị' },
  fields: { en: 'Fields', vi: 'Các trường' },
  fieldsOfData: { en: 'Fields of `data`', vi: 'Các trường của `data`' },
  fieldsOfAuth: { en: 'Fields of `auth`', vi: 'Các trường của `auth`' },
  envelope: {
    en: 'A CloudEvents 1.0 object, the same on every transport.',
    vi: 'Một đối tượng CloudEvents 1.0, giống nhau trên mọi kênh truyền.',
  },
  aClient: { en: 'A client', vi: 'Mã phía ứng dụng' },
  acknowledged: {
    en: '`subscribe` and `refresh` are acknowledged with `{ok: true, …}`, or `{ok: false, code}` when nothing has changed.',
    vi: '`subscribe` và `refresh` được xác nhận bằng `{ok: true, …}`, hoặc `{ok: false, code}` khi không có gì thay đổi.',
  },
  redisIntro: {
    en: 'For consumers that may reach the Redis of the bridge, with a user of their own that can read their tenant and nothing else. `docs/redis-consumers.md` has recipes for gaps, consumer groups and the rights.',
    vi: 'Dành cho ứng dụng được phép truy cập Redis của hệ thống, bằng một người dùng Redis riêng chỉ đọc được dữ liệu của tài khoản tổng đài đó. `docs/redis-consumers.md` hướng dẫn cách xử lý khoảng thiếu sự kiện, consumer group và phân quyền.',
  },
  channels: { en: 'Channels: `pitel:<tenant>:<type>`', vi: 'Kênh: `pitel:<tenant>:<type>`' },
  stream: { en: 'Stream: `pitel:{<tenant>}:events`', vi: 'Luồng: `pitel:{<tenant>}:events`' },
  allOfTenant: { en: 'All events of a tenant', vi: 'Mọi sự kiện của một tài khoản tổng đài' },
  eventsAfter: { en: 'The events after number 41', vi: 'Các sự kiện sau số 41' },

  optional: { en: 'optional', vi: 'không bắt buộc' },
  text: { en: 'text', vi: 'chuỗi' },
  number: { en: 'number', vi: 'số' },
  trueOrFalse: { en: 'true or false', vi: 'true hoặc false' },
  time: { en: 'time', vi: 'thời điểm' },
  listOf: { en: 'list of', vi: 'danh sách' },
  or: { en: 'or', vi: 'hoặc' },
  anything: { en: 'anything', vi: 'bất kỳ' },
} as const satisfies Readonly<Record<string, { readonly en: string; readonly vi: string }>>;

export type OwnWord = keyof typeof OWN_WORDS;

/** Said in Vietnamese alone: to the others it is no news. */
export const ENGLISH_BELOW =
  'Mô tả của từng địa chỉ, sự kiện và trường dữ liệu dưới đây được viết bằng tiếng Anh.';

/** A text of the page's own, which its script says in the other language. */
export function own(name: OwnWord, given: Readonly<Record<string, string>> = {}): Html {
  const { en, vi } = filled(name, given);
  return html`<span data-vi="${vi}">${prose(en)}</span>`;
}

/** The same for an element that can hold no other: to be written `<option${ownOf('x')}`. It closes the tag. */
export function ownOf(name: 'title' | 'themeSystem' | 'themeLight' | 'themeDark' | 'copy'): Html {
  const { en, vi } = OWN_WORDS[name];
  return html` data-vi="${vi}">${en}`;
}

/** An `aria-label`. */
export function ownLabel(name: OwnWord): Html {
  const { en, vi } = OWN_WORDS[name];
  return html` aria-label="${en}" data-vi-label="${vi}"`;
}

function filled(name: OwnWord, given: Readonly<Record<string, string>>): { en: string; vi: string } {
  const fill = (text: string) =>
    Object.entries(given).reduce((so, [key, value]) => so.replaceAll(`{${key}}`, value), text);
  const { en, vi } = OWN_WORDS[name];
  return { en: fill(en), vi: fill(vi) };
}
