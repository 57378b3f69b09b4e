import type { CallWords } from './call-words.js';

export const callVi: CallWords = {
  reading: 'Đang đọc cuộc gọi …',
  away: 'Hiện hệ thống không phản hồi.',
  gone: 'Cuộc gọi này không còn được lưu, hoặc mã truy cập này không xem được.',
  began: 'Bắt đầu',
  ended: 'Kết thúc',
  agents: 'Đàm thoại với',
  queues: 'Hàng chờ',
  copyId: 'Sao chép mã cuộc gọi',
  idCopied: 'Đã sao chép',
  fromHistory: 'Lấy từ lịch sử cuộc gọi: lịch sử không lưu lúc từng máy nhánh bắt đầu đổ chuông.',
  exact: 'chính xác: giờ của tổng đài',
  windowNotKept: 'theo lúc ghi nhận',
  showEach: 'Xem từng máy nhánh',
  showTogether: 'Gộp lại',
  queueJoined: 'vào hàng chờ',
  queueLeft: 'rời hàng chờ',
  direct: 'không qua hàng chờ',
  masked: 'Số bị che một phần: mã truy cập này không xem được số đầy đủ.',
  direction: { inbound: 'gọi vào', outbound: 'gọi ra', local: 'nội bộ' },
  waitsIn: (queue) => `Đang chờ trong hàng chờ ${queue}`,
  dials: (agent) => `${agent} đang gọi`,
  ringsAt: (extensions) => `Đang đổ chuông tại ${extensions}`,
  talksTo: (agents) => `Đang đàm thoại với ${agents}`,
  wasAnswered: (agents, wait, talk) =>
    [
      `${agents === null ? 'Đã nghe máy' : `${agents} đã nghe máy`}${wait === null ? '' : ` sau ${wait}`}`,
      talk === null ? null : `đàm thoại ${talk}`,
    ]
      .filter((text) => text !== null)
      .join(', ') + '.',
  customerAnswered: (agents, wait, talk) =>
    [
      `Khách đã nghe máy${wait === null ? '' : ` sau ${wait}`}`,
      talk === null && agents === null
        ? null
        : `đàm thoại${talk === null ? '' : ` ${talk}`}${agents === null ? '' : ` với ${agents}`}`,
    ]
      .filter((text) => text !== null)
      .join(', ') + '.',
  callPartOver: { queued: 'chờ', ringing: 'đổ chuông', answered: 'đàm thoại' },
  wasAbandoned: (wait, queue) =>
    `Cuộc gọi nhỡ: khách gác máy${wait === null ? '' : ` sau ${wait}`}${queue === null ? '' : ` trong hàng chờ ${queue}`}.`,
  wasNotAnswered: 'Không trả lời.',
  endNotKnown: 'Không rõ cuộc gọi kết thúc thế nào.',
  rangAt: (count) => `đổ chuông tại ${count} máy nhánh`,
  stoppedAt: (count, outcome) => `ngừng đổ chuông tại ${count} máy nhánh: ${outcome}`,
  extensionCount: (count) => `${count} máy nhánh`,
};
