import { tagOf } from './tag.js';

const BASE = 'https://bridge.example/a/';

describe('the tag', () => {
  it('names the file that is served, with its hash', () => {
    expect(tagOf(BASE, '107', { file: 'client/1.js', integrity: 'sha384-x' })).toBe(
      `<script type="module" src="https://bridge.example/a/client/1.js"
  integrity="sha384-x" crossorigin></script>
<pitel-pop extension="107" token-url="/bridge-token"></pitel-pop>`,
    );
  });

  it('names the newest where that is not known', () => {
    expect(tagOf(BASE, '107', null)).toBe(
      `<script type="module" src="https://bridge.example/a/client.js"></script>
<pitel-pop extension="107" token-url="/bridge-token"></pitel-pop>`,
    );
  });

  it('stays one tag, whatever was typed as the extension', () => {
    expect(tagOf(BASE, '"><b>&', null)).toContain('extension="&quot;>&lt;b>&amp;"');
  });
});
