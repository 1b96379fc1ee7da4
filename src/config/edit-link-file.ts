/** Changing a link file as an operator would, with the comments in it left where they are. */
import { existsSync, readFileSync } from 'node:fs';
import { Document, parseDocument } from 'yaml';
import { CausewayError } from '../errors.ts';

export interface LinkFileEdit {
  get(...path: readonly string[]): unknown;
  set(path: readonly string[], value: unknown): void;
  /** As the file is to be. */
  text(): string;
}

/** `initial`: what it holds where it is not there. Throws `config-invalid` for a file that is no YAML. */
export function editLinkFile(file: string, initial: object): LinkFileEdit {
  const document: Document = existsSync(file) ? parseDocument(readFileSync(file, 'utf8')) : new Document(initial);
  const [error] = document.errors;
  if (error !== undefined) throw new CausewayError('config-invalid', `${file}: ${error.message}`);
  return { get: (...path) => document.getIn(path), set: (path, value) => document.setIn(path, document.createNode(value)), text: () => document.toString() };
}
