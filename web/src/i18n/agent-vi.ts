import type { AgentWords } from './agent-words.js';

export const agentVi: AgentWords = {
  today: 'Hôm nay',
  answered: 'Đã nghe máy',
  placed: 'Gọi ra',
  notAnswered: 'Không nghe máy',
  talked: 'Tổng đàm thoại',
  meanTalk: 'Trung bình mỗi cuộc',
  inState: 'Thời gian ở từng trạng thái',
  calls: 'Cuộc gọi đã kết thúc hôm nay',
  noCalls: 'Hôm nay chưa có cuộc gọi nào kết thúc.',
  reading: 'Đang tải số liệu trong ngày …',
  failed: 'Không đọc được số liệu trong ngày.',
  retry: 'Thử lại',
  more: 'Xem thêm',
  openCall: 'Mở cuộc gọi',
  ended: 'Kết thúc',
  queue: 'Hàng chờ',
  part: 'Điện thoại viên',
  notKnown: 'Hôm nay chưa có số liệu của máy nhánh này.',
  kinds: { answered: 'đã nghe máy', placed: 'gọi ra', rang: 'đổ chuông' },
};
