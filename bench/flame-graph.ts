import { readFile, writeFile } from 'node:fs/promises';

/**
 * Draws a CPU profile of V8 as a flame graph, in one self-contained SVG. Callers stand above what they call, a width is a
 * share of the time in which the process was not idle, and a function's tooltip shows its name, file and share.
 */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node ids, one a sample, and the microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** A function in one path of calls, with all the time that was spent in it and in what it called. */
interface Frame {
  readonly name: string;
  readonly place: string;
  readonly us: number;
  readonly calls: readonly Frame[];
}

/**
 * Reads the file and writes the graph beside it.
 *
 * @param skipMs of the beginning: a process that has just been started loads its modules
 * @returns the graph's file, null where the process has done nothing since then
 */
export async function drawFlameGraph(file: string, title: string, skipMs: number): Promise<string | null> {
  const root = framesOf(JSON.parse(await readFile(file, 'utf8')) as CpuProfile, skipMs * 1_000);
  if (root.us === 0) return null;
  const graph = file.replace(/\.cpuprofile$/, '.svg');
  await writeFile(graph, svg(root, title));
  return graph;
}

function framesOf({ nodes, samples, timeDeltas }: CpuProfile, skipUs: number): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Map<number, number>();
  let at = 0;
  samples.forEach((id, index) => {
    const us = timeDeltas[index]!;
    at += us;
    if (at > skipUs) own.set(id, (own.get(id) ?? 0) + us);
  });
  const frameOf = ({ id, callFrame, children = [] }: ProfileNode): Frame => {
    const calls = children.map((child) => frameOf(byId.get(child)!)).filter(({ name }) => name !== '(idle)');
    const us = calls.reduce((sum, call) => sum + call.us, own.get(id) ?? 0);
    const { url, lineNumber } = callFrame;
    const file = url.startsWith('node:') ? url : url.split('/').slice(-2).join('/');
    const place = file === '' ? 'V8' : `${file}:${lineNumber + 1}`;
    return { name: callFrame.functionName || '(anonymous)', place, us, calls };
  };
  return frameOf(nodes[0]!);
}

const WIDTH = 1_200;
const ROW = 17;
const HEAD = 28;
/** What is narrower is not drawn. */
const NARROWEST = 0.6;
const LETTER = 6.2;

function svg(root: Frame, title: string): string {
  const boxes: string[] = [];
  let depth = 0;
  const draw = (frame: Frame, x: number, level: number): void => {
    const width = (frame.us / root.us) * WIDTH;
    if (width < NARROWEST) return;
    depth = Math.max(depth, level);
    boxes.push(box(frame, root.us, { x, y: HEAD + level * ROW, width }));
    let next = x;
    for (const call of [...frame.calls].sort((a, b) => b.us - a.us)) {
      draw(call, next, level + 1);
      next += (call.us / root.us) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = HEAD + (depth + 1) * ROW;
  const busy = `${escaped(title)}: ${(root.us / 1e6).toFixed(2)} s of CPU`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">
<rect width="${WIDTH}" height="${height}" fill="#fff"/><text x="4" y="18" font-size="13">${busy}</text>
${boxes.join('\n')}
</svg>
`;
}

function box({ name, place, us }: Frame, all: number, at: { x: number; y: number; width: number }): string {
  const [x, width] = [at.x.toFixed(1), at.width.toFixed(1)];
  const letters = Math.floor((at.width - 6) / LETTER);
  const label = letters < 3 ? '' : name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
  const text =
    label === '' ? '' : `<text x="${(at.x + 3).toFixed(1)}" y="${at.y + 12}">${escaped(label)}</text>`;
  const tip = `${name} ${place} ${((us / all) * 100).toFixed(1)} %`;
  const shape = `<rect x="${x}" y="${at.y}" width="${width}" height="${ROW - 1}" fill="${colourOf(name, place)}"/>`;
  return `<g><title>${escaped(tip)}</title>${shape}${text}</g>`;
}

/** What V8 does by itself, Node's own modules, and everything else. */
function colourOf(name: string, place: string): string {
  if (name.startsWith('(')) return '#d9d9d9';
  if (place === 'V8' || place.startsWith('node:')) return '#f6d7a7';
  return '#f2a65a';
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
