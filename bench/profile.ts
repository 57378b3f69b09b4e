import { readdir, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { drawFlameGraph } from './flame-graph.js';

/** Does the work, and leaves in the file what this process has done meanwhile, as V8 writes CPU profiles. */
export async function profiled<T>(file: string, work: () => Promise<T>): Promise<T> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  try {
    return await work();
  } finally {
    const { profile } = await session.post('Profiler.stop');
    await writeFile(file, JSON.stringify(profile));
    session.disconnect();
  }
}

/** A flame graph for each profile in the folder; resolves with their files. */
export async function drawFlameGraphs(folder: string, isOwn: (name: string) => boolean): Promise<string[]> {
  const graphs: string[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'))) {
    const name = file.replace(/\.cpuprofile$/, '');
    const graph = await drawFlameGraph(`${folder}/${file}`, name, isOwn(name) ? 0 : STARTING_MS);
    if (graph !== null) graphs.push(graph);
  }
  return graphs;
}

/** While it loads its modules, and the compiler has not seen anything yet. */
const STARTING_MS = 8_000;
