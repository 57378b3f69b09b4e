/**
 * What Vietnamese call centres do not say, and what they say instead. Each pattern is a word-for-word translation that a
 * screen of this project once had. The specs of the texts and the checker of the pages share this list.
 */
export interface RefusedPhrase {
  readonly not: RegExp;
  readonly say: string;
}

export const REFUSED_VIETNAMESE: readonly RefusedPhrase[] = [
  { not: phrase('nhìn'), say: 'kiểm tra, cập nhật' },
  { not: phrase('bỏ máy'), say: 'cuộc gọi nhỡ, nhỡ' },
  { not: phrase('mức(?! độ)'), say: 'mức độ dịch vụ (SLA), SLA' },
  { not: phrase('mức phục vụ|mức độ phục vụ'), say: 'mức độ dịch vụ (SLA)' },
  { not: phrase('(?:đang|đã) nói(?: chuyện)?'), say: 'đang đàm thoại, thời gian đàm thoại' },
  { not: phrase('được trả lời|đã trả lời'), say: 'đã nghe máy, đã tiếp nhận' },
  { not: /^trả lời$/iu, say: 'đã nghe máy, đã tiếp nhận' },
  { not: phrase('trả lời kịp'), say: 'trả lời đúng hạn' },
  { not: phrase('nhân viên'), say: 'điện thoại viên' },
  { not: phrase('suy ra'), say: 'ước đoán' },
  { not: phrase('không thấy'), say: 'ước đoán, không ghi nhận' },
  { not: phrase('không còn mới'), say: 'đã cũ, mất cập nhật' },
  { not: phrase('số liệu lúc'), say: 'số liệu không còn cập nhật, lần cuối lúc …' },
  {
    not: phrase('(?:tổng đài|nguồn|nguồn dữ liệu|hệ thống|cầu nối|bên nhận) (?:có |không |đang )?trả lời'),
    say: 'hoạt động, mất kết nối',
  },
  { not: phrase('có trả lời'), say: 'hoạt động' },
  { not: phrase('khách thuê'), say: 'tài khoản tổng đài' },
  { not: phrase('cầu nối'), say: 'hệ thống' },
  { not: phrase('cửa sổ khách gọi'), say: 'popup cuộc gọi đến' },
  { not: phrase('giao diện lập trình'), say: 'tài liệu API' },
  { not: phrase('thẻ'), say: 'tab (of a browser), mã nhúng (in a page)' },
  { not: phrase('màu sắc'), say: 'giao diện: sáng / tối' },
  { not: phrase('bảng theo dõi'), say: 'bảng giám sát' },
  { not: phrase('\\d+ trên \\d+'), say: '17/19 cuộc' },
  { not: phrase('mười dòng'), say: 'đoạn mã' },
  { not: phrase('(?<!sao )chép'), say: 'sao chép' },
  { not: phrase('hết đổ chuông'), say: 'ngừng đổ chuông' },
  { not: phrase('nguồn ngừng'), say: 'mất nguồn dữ liệu' },
  // An abandoned call is `nhỡ`, one without an answer `không trả lời`: a text that has both mixes two outcomes.
  { not: /nhỡ[^.;·/]{0,20}không trả lời|không trả lời[^.;·/]{0,20}nhỡ/iu, say: 'nhỡ, or không trả lời' },
];

/** What is wrong with a text, as `phrase → instead`; empty where nothing is. */
export function refusedIn(text: string): string[] {
  const composed = text.normalize('NFC').trim();
  return REFUSED_VIETNAMESE.flatMap(({ not, say }) => {
    const [found] = not.exec(composed) ?? [];
    return found === undefined ? [] : [`"${found}" in "${composed}": ${say}`];
  });
}

/** Whole words: `\b` knows no Vietnamese letters. */
function phrase(words: string): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'iu');
}
