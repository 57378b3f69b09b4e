import type { CloseReason } from './screen-pop.js';

export type CardEnd = CloseReason | 'transferred';

export interface CardWords {
  readonly locale: string;
  readonly calls: string;
  readonly incoming: string;
  readonly ringing: string;
  readonly answered: string;
  readonly ended: Readonly<Record<CardEnd, string>>;
  readonly from: (extension: string) => string;
  readonly close: string;
  readonly withheld: string;
  readonly noNumber: string;
  readonly newCustomer: string;
  readonly notLookedUp: string;
  readonly many: (count: number) => string;
  readonly enable: string;
  readonly disconnected: string;
  readonly refused: string;
  readonly sourceDown: string;
}

const vi: CardWords = {
  locale: 'vi',
  calls: 'Cuộc gọi đến',
  incoming: 'Cuộc gọi đến',
  ringing: 'Đang đổ chuông',
  answered: 'Đang đàm thoại',
  ended: {
    ended: 'Đã kết thúc',
    transferred: 'Đã chuyển máy',
    'answered-elsewhere': 'Máy khác đã nghe',
    'not-answered': 'Ngừng đổ chuông',
    'caller-left': 'Khách đã gác máy',
  },
  from: (extension) => `chuyển từ ${extension}`,
  close: 'Đóng',
  withheld: 'Số ẩn',
  noNumber: 'Không rõ số',
  newCustomer: 'Khách hàng mới',
  notLookedUp: 'Không tra cứu được khách hàng',
  many: (count) => `${count} khách hàng trùng số`,
  enable: 'Bật âm thanh và thông báo',
  disconnected: 'Mất kết nối: cuộc gọi mới chưa hiển thị',
  refused: 'Hệ thống từ chối kết nối: cuộc gọi mới chưa hiển thị',
  sourceDown: 'Mất kết nối với tổng đài: cuộc gọi mới chưa hiển thị',
};

const en: CardWords = {
  locale: 'en',
  calls: 'Incoming calls',
  incoming: 'Incoming call',
  ringing: 'Ringing',
  answered: 'Talking',
  ended: {
    ended: 'Ended',
    transferred: 'Transferred',
    'answered-elsewhere': 'Answered elsewhere',
    'not-answered': 'Stopped ringing',
    'caller-left': 'The caller hung up',
  },
  from: (extension) => `from ${extension}`,
  close: 'Close',
  withheld: 'Number withheld',
  noNumber: 'Number unknown',
  newCustomer: 'New customer',
  notLookedUp: 'Customer not looked up',
  many: (count) => `${count} customers with this number`,
  enable: 'Enable sound and notifications',
  disconnected: 'Not connected: new calls are not shown',
  refused: 'Connection refused: new calls are not shown',
  sourceDown: 'The PBX cannot be seen: new calls are not shown',
};

/** English where `language` is, else Vietnamese. */
export function cardWords(language: string): CardWords {
  return /^en\b/i.test(language) ? en : vi;
}
