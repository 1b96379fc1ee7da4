/** The pages of the documentation as tests read them: fenced blocks, links, and the files that the text names. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Every page that is held to these tests, by its path in the repository. */
export function pages(): string[] {
  return ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })].sort();
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export interface Block {
  /** First word behind the fence: `sh`, `yaml` … */
  readonly language: string;
  /** What else stands behind the fence. */
  readonly words: readonly string[];
  readonly text: string;
  /** Line of the fence, from 1. */
  readonly line: number;
}

/** Fenced blocks in their order. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [language = '', ...words] = (match[1] ?? '').split(' ');
    return { language, words, text: match[2] ?? '', line: markdown.slice(0, match.index).split('\n').length };
  });
}

/** The page without its fenced blocks, lines kept. */
export function proseOf(markdown: string): string {
  return markdown.replaceAll(/^```.*\n[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
}
