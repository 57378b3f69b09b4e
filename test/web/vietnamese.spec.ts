import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/root.js';
import { REFUSED_VIETNAMESE, refusedIn } from '../support/vietnamese.js';

/** Where people read Vietnamese, beside the texts of `web`, which their own spec reads key by key. */
const PLACES = [
  'src',
  'public',
  'simulator',
  'client/src',
  'client/README.md',
  'web',
  'docs',
  'examples',
  'README.md',
  'CHANGELOG.md',
];
const READ = /\.(?:ts|tsx|js|mjs|html|md|json|php|py|cs|xml)$/;
/** Letters that only Vietnamese has. */
const VIETNAMESE = /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/iu;

const FOLDER = fileURLToPath(ROOT);

describe('Vietnamese outside of the texts of the pages', () => {
  const lines = PLACES.flatMap(filesOf).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => VIETNAMESE.test(line))
      .map((line) => ({ file: relative(FOLDER, file), line })),
  );

  it('is found on the pages of the documentation, of the demo and of the card', () => {
    const files = new Set(lines.map(({ file }) => file));
    for (const file of [
      'src/docs/words.ts',
      'public/docs.js',
      'simulator/demo-desk-page.ts',
      'client/src/card-words.ts',
    ])
      expect(files).toContain(file);
  });

  it('says nothing that a call centre does not say', () => {
    const wrong = lines.flatMap(({ file, line }) =>
      [line, ...quoted(line)].flatMap(refusedIn).map((why) => `${file}: ${why}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('The list of what is not said', () => {
  it.each([
    'lần nhìn đầy đủ cuối cách đây 0:06',
    'Khách bỏ máy hôm nay',
    'Mức phục vụ',
    'Mức',
    'Đang nói chuyện',
    'Trả lời',
    'Nhân viên',
    'suy ra, không thấy',
    'không còn mới',
    'Đây là số liệu lúc 10:42',
    'tổng đài không trả lời',
    'khách thuê',
    'Cầu nối',
    'Cửa sổ khách gọi',
    'Giao diện lập trình',
    'khi đóng thẻ',
    'Màu sắc',
    'Bảng theo dõi',
    '17 trên 19',
    'Mười dòng làm nên việc đó',
    'Chép',
    'Trả lời kịp nghĩa là trong vòng (giây)',
    'hết đổ chuông',
    'nguồn ngừng',
    'nhỡ, không trả lời',
    'Cầu nối'.normalize('NFD'),
  ])('finds "%s"', (text) => {
    expect(refusedIn(text)).not.toEqual([]);
  });

  it.each([
    'có thể',
    'Mức độ dịch vụ (SLA)',
    'Sao chép',
    'không trả lời',
    'Ngưỡng trả lời đúng hạn (giây)',
    '17/19 cuộc',
  ])('lets "%s" be', (text) => {
    expect(refusedIn(text)).toEqual([]);
  });

  it('says of each what to write instead, without writing another of the list', () => {
    for (const { say } of REFUSED_VIETNAMESE) expect(say.split(', ').flatMap(refusedIn)).toEqual([]);
  });
});

function filesOf(place: string): string[] {
  const path = join(FOLDER, place);
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => READ.test(name) && !/(?:^|[/\\])node_modules[/\\]|\.spec\.ts$/.test(name))
    .map((name) => join(path, name));
}

/** The texts between quotation marks: some of the list are wrong only as the whole text of a control. */
function quoted(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|`([^`]*)`|>([^<]*)</g)].map(
    ([, ...texts]) => texts.find((text) => text !== undefined) ?? '',
  );
}
