import { readFile } from 'node:fs/promises';

const DOCUMENT = new URL('../../docs/redis-consumers.md', import.meta.url);
const FENCED = /^```(\S+)(?: (\S+))?\n([^]*?)^```$/gm;

/** The programs of the document by their names, and its ACL commands in their order. */
export async function readDocument() {
  const blocks = [...(await readFile(DOCUMENT, 'utf8')).matchAll(FENCED)].map(([, language, name, code]) => ({
    language,
    name,
    code: code!,
  }));
  const programs = new Map(
    blocks.filter(({ language }) => language === 'js').map(({ name, code }) => [name!, code]),
  );
  const commands = blocks
    .filter(({ language }) => language === 'redis')
    .flatMap(({ code }) => code.trim().split('\n'))
    .map((line) => line.split(' '));
  return { programs, commands };
}

/** The commands of the document give every user its password in the clear: to be replaced, and good for a test. */
export function passwordOf(commands: readonly (readonly string[])[], user: string): string {
  const command = commands.find((words) => words[2] === user)!;
  return command.find((word) => word.startsWith('>'))!.slice(1);
}
