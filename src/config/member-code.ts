/** Whether `code` has a shape as profiles and identifiers.yaml write it: `9` a digit, `A` a capital letter, anything else itself. */
export function hasShape(code: string, shape: string): boolean {
  return code.length === shape.length && [...shape].every((kind, at) => (kind === '9' ? /\d/ : kind === 'A' ? /[A-Z]/ : { test: (one: string) => one === kind }).test(code[at] ?? ''));
}
