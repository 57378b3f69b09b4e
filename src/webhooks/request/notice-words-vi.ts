import type { NoticeFacts, NoticeWords } from './notice-facts.js';

export const NOTICE_VI: NoticeWords = {
  texts: {
    'queue-threshold-crossed': ({ rule, queue, value, limit, since }) => [
      rule === 'longestWait'
        ? `🔴 Hàng chờ ${queue}: khách chờ lâu nhất ${value}`
        : `🔴 Hàng chờ ${queue}: ${value} đang chờ`,
      `Ngưỡng: ${limit}. Vượt ngưỡng từ ${since}.`,
    ],
    'queue-threshold-cleared': ({ rule, queue, value, limit, since, at }) => [
      `🟢 Hàng chờ ${queue}: hết vượt ngưỡng`,
      rule === 'longestWait'
        ? `Khách chờ lâu nhất ${value} (ngưỡng ${limit}).`
        : `${value} đang chờ (ngưỡng ${limit}).`,
      `Vượt ngưỡng từ ${since} đến ${at}.`,
    ],
    'callback-due': ({ number, queues, isProbable, isAfterHours, ...missed }) => [
      `📞 Cần gọi lại: ${number}`,
      queues,
      missedText(missed),
      isProbable ? 'Ước đoán: có thể khách đã được nghe máy trong chốc lát.' : null,
      isAfterHours ? 'Khách gọi ngoài giờ làm việc.' : null,
    ],
    'callback-done': ({ number, why, by }) => [
      `✅ ${DONE[why] ?? 'Đã xong việc gọi lại'}: ${number}`,
      by === null ? null : `Người thực hiện: ${by}`,
    ],
    'call-abandoned': ({ number, queue, waited, at }) => [
      `📵 Cuộc gọi nhỡ: ${number}`,
      queue,
      waited === null ? `Lúc ${at}.` : `Lúc ${at}, chờ ${waited}.`,
    ],
    'source-down': ({ endpoint, since, reason }) => [
      `🔴 Mất kết nối với tổng đài: ${endpoint}`,
      `Từ ${since}. Cuộc gọi mới chưa được ghi nhận.`,
      reason === null ? null : `Lỗi: ${reason}`,
    ],
    'source-degraded': ({ endpoint, since, reason }) => [
      `🟡 Dữ liệu tổng đài không đầy đủ: ${endpoint}`,
      `Từ ${since}. Có thể thiếu cuộc gọi.`,
      reason === null ? null : `Lỗi: ${reason}`,
    ],
    'source-up': ({ endpoint, since, at }) => [
      `🟢 Đã kết nối lại với tổng đài: ${endpoint}`,
      `Gián đoạn từ ${since} đến ${at}.`,
    ],
    'webhook-failing': ({ endpoint, since, count, reason }) => [
      `🔴 Webhook ${endpoint} gặp lỗi`,
      `Từ ${since}.${count === null ? '' : ` ${count} sự kiện đang chờ gửi.`}`,
      reason === null ? null : `Lỗi: ${reason}`,
    ],
    'webhook-recovered': ({ endpoint, since, at }) => [
      `🟢 Webhook ${endpoint} hoạt động lại`,
      `Gián đoạn từ ${since} đến ${at}.`,
    ],
    'delivery-gap': ({ count, reason }) => [
      '🟡 Thiếu thông báo',
      count === null ? 'Một số sự kiện không gửi được.' : `${count} sự kiện không gửi được.`,
      reason === null ? null : `Lý do: ${reason}`,
    ],
    'webhook-test': ({ endpoint }) => ['ℹ️ Gửi thử', `Webhook ${endpoint} hoạt động.`],
  },
  duration: (seconds) => {
    if (seconds < 60) return `${seconds} giây`;
    const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
    if (hours > 0) return minutes === 0 ? `${hours} giờ` : `${hours} giờ ${minutes} phút`;
    return rest === 0 ? `${minutes} phút` : `${minutes} phút ${rest} giây`;
  },
  callers: (count) => `${count} khách`,
  withheld: 'số ẩn',
  noNumber: 'không rõ số',
  noQueue: 'Gọi thẳng, không qua hàng chờ',
  sources: { monitor: 'máy nhánh (monitor)', queue: 'hàng chờ (queue)' },
};

const DONE: Readonly<Record<string, string>> = {
  'called-back': 'Đã gọi lại',
  'reached-us': 'Khách đã gọi lại và gặp điện thoại viên',
  dismissed: 'Không cần gọi lại',
  expired: 'Quá hạn gọi lại',
};

function missedText({
  missed,
  lastMissed,
  waited,
}: Pick<NoticeFacts, 'missed' | 'lastMissed' | 'waited'>): string {
  const times = missed > 1 ? `Nhỡ ${missed} lần, gần nhất lúc ${lastMissed}` : `Nhỡ lúc ${lastMissed}`;
  return waited === null ? `${times}.` : `${times}, chờ ${waited}.`;
}
