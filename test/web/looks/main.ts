import { parseArgs } from 'node:util';
import { Album } from './album.js';
import { findingLines } from './finding.js';
import { walk } from './matrix.js';
import { LANGUAGES, SHOWN, SIZES, THEMES } from './pages.js';

const HELP = `npm run looks -- [options]

Shows the pages in Chromium, in front of a simulated PBX and the bridge, in each situation, size, language and theme, and prints
what a reader would call broken: texts that are cut, rows that end in their middle, labels on each other, small controls,
pages that scroll sideways, words that were given up, obstacles for those who use no eyes or no mouse. The pictures are in
test-artifacts/looks; leaf through its index.html.

  --situation A,B  ${Object.keys(SHOWN).join(', ')}
  --page A,B       ${[...new Set(Object.values(SHOWN).flatMap((pages) => pages.map(({ name }) => name)))].join(', ')}
  --size A,B       ${SIZES.map(({ name }) => name).join(', ')}, wall
  --language A     ${LANGUAGES.join(', ')}
  --theme A        ${THEMES.join(', ')}

The exit code is 1 when something is found.
`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      situation: text,
      page: text,
      size: text,
      language: text,
      theme: text,
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const list = (given: string | undefined) => given?.split(',');
  const album = await Album.open();
  let [views, broken] = [0, 0];
  await walk(
    {
      situations: list(values.situation),
      pages: list(values.page),
      sizes: list(values.size),
      languages: list(values.language),
      themes: list(values.theme),
    },
    album,
    ({ situation, page, size, language, theme, findings }) => {
      views++;
      if (findings.length > 0) broken++;
      console.log(
        `${page}, ${situation}, ${size.width}×${size.height}, ${language}, ${theme}: ${findings.length || 'sound'}`,
      );
      for (const line of findingLines(findings)) console.log(`  ${line}`);
    },
  );
  console.log(`\n${views - broken} of ${views} views are sound; pictures: ${album.index}`);
  if (broken > 0 || views === 0) process.exitCode = 1;
}

await main();
