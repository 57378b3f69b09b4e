/**
 * One word for one thing: refuses the words that the project has given up, in code, comments, tests and documents, and says
 * what to write instead. `docs/glossary.md` explains the words to use. Run by `npm run lint`.
 *
 * A line that must keep such a word (a quotation, another product's name) is listed in `EXCEPTIONS` with its reason.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** `not` is what is refused, `say` what to write. */
const WORDS = [
  {
    // Not of an address's parameter: `?phone=` is the CRM's.
    not: /(?<![?&])\b(?:tele)?phones?\b(?![ -]numbers?\b)/i,
    say: 'extension (who has it), leg (a channel at an extension) or device (a registered handset)',
  },
  {
    not: /\b(?:a|an|the|one|no|each|every|another|last|next|first|complete|older|newer|more|two|such) looks?\b(?!-back)/i,
    say: 'poll, or monitor answer',
  },
  { not: /\blooks? at the (?:monitor|queue|extensions)\b/i, say: 'poll, or monitor answer' },
  { not: /\bqueue[’']s word\b/i, say: 'queue status' },
  {
    not: /\b(?:a|an|the|this|that|its|his|old|older|new|newer|same|one|each|every|past|current|other|another) stays?\b|\b[sS]tays?(?=[A-Z_.[\]),;:?]|\s*=[^=>])|[a-z]Stays?\b|\bStays?\b(?=[<({ ])/,
    say: 'queue entry',
  },
  {
    not: /\bpart(?:y|ies)\b(?<!third.party)|\b[pP]art(?:y|ies)(?=[A-Z])|[a-z]Part(?:y|ies)\b/,
    say: 'participant',
  },
  { not: /talkers?\b/i, say: 'connected participant' },
  { not: /\brings? (?:together|in turn)\b/i, say: 'ring group (simultaneous), hunt group (sequential)' },
  {
    not: /\bpass(?:ed|es|ing)? on (?!to\b.*\bargument)/i,
    say: 'transferred (blind or attended), overflowed, or picked up',
  },
  {
    not: /\bf(?:alls?|ell|allen|alling) silent\b|\bin the dark\b/i,
    say: 'stops ringing, or stopped while the monitor was unavailable',
  },
  {
    not: /\b(?:told|untold)\b|\btells?\b(?! (?:\w+ )?apart)/i,
    say: 'emitted, announced (of an event); reported (of an error); says, shows (of a row)',
  },
  { not: /\banew\b|\bonce more\b/i, say: 'again' },
  {
    // "A caller who comes back" names the subject.
    not: /\bwho(?:m)?ever\b|\bnobody\b|(?<!\b(?:caller|agent|client) )\bwho (?:hangs|comes back)\b/i,
    say: 'the subject: "a caller who …", "an endpoint that …", "no client"',
  },
  { not: /\bin doubt\b|\bby (?:a )?guess(?:ing)?\b/i, say: 'ambiguous, or inferred' },
  { not: /\bfirst sights?\b/i, say: 'first poll that shows it' },
  {
    not: /\bplaces? (?:in|of) (?:a|the|its|that) (?:tenant[’']s )?(?:log|event log|last event)\b|\b(?:Log|log|oldest|same|parse|format)Place\b/,
    say: 'position (epoch, sequence), or cursor (its text form)',
  },
  {
    not: /(?<!Intersection|Resize|Mutation|Performance)Observer|\bobservers?\b/,
    say: 'list reader (of rows), or poll listener (of polls)',
  },
  // Not of the verb that begins a sentence.
  { not: /\b(?:PollReport|Polled)\b(?! (?:at|by|every|once|with)\b)/, say: 'PollResult' },
  { not: /\bfenced off\b/i, say: 'fenced' },
];

const EXCEPTIONS = [
  // [file, pattern of the line, reason]
  ['docs/glossary.md', /^\| .* \|$|instead of "whoever"/, 'lists the refused words'],
  [
    'src/store/stored/format-2.ts',
    /^ +(?:stayKey|stay|pastStays|parties|talker|stays): |\bfrom\.(?:stayKey|stay|pastStays|parties|talker|stays)\b/,
    'the names in the stored JSON do not change with the code',
  ],
  ['src/config/webhooks/shipped-templates.ts', /^ +phone: '\{customer\.raw\}',$/, 'the parameter of a CRM'],
  ['src/store/stored/golden/format-0.json', /^ {2}"(?:call|ended):/, 'as format 0 was stored'],
  ['src/store/stored/golden/format-1.json', /^ {2}"(?:call|ended):/, 'as format 1 is stored'],
  ['src/store/stored/golden/format-2.json', /^ {2}"(?:call|ended):/, 'as format 2 is stored'],
];

const CHECKED =
  /\.(?:ts|tsx|mjs|cjs|js|md|lua|json|ya?ml|html|css|php|py|cs)$|^(?:Dockerfile|\.env\.example)$/;
const LEFT_OUT =
  /^(?:package-lock\.json|LICENSE|bench\/package-lock\.json|tools\/check-words\.mjs)|fixtures\/|\.ndjson$/;

const findings = [];
for (const file of execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n')) {
  if (!CHECKED.test(file) || LEFT_OUT.test(file)) continue;
  let text;
  try {
    text = readFileSync(root + file, 'utf8');
  } catch {
    continue; // deleted, and not committed yet
  }
  text.split('\n').forEach((line, index) => {
    if (EXCEPTIONS.some(([name, pattern]) => name === file && pattern.test(line))) return;
    for (const { not, say } of WORDS) {
      const found = not.exec(line);
      if (found !== null) findings.push(`${file}:${index + 1}: "${found[0].trim()}": say ${say}`);
    }
  });
}
if (findings.length > 0) {
  console.error(findings.join('\n'));
  console.error(
    `\n${findings.length} words that the project has given up; docs/glossary.md says what its words mean.`,
  );
  process.exitCode = 1;
}
