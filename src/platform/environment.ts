/** The environment of processes that we start. */

/** What a child process inherits, with `additions`: a child without it would find neither its proxy nor its locale. */
export function childEnvironment(additions: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...additions };
}
