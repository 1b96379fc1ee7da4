/** `causeway link dependencies`: what a running gateway depends on, and what it does while something is gone. */
import type { DependencyStatus } from '../exchange/dependencies.ts';
import { askGateway } from './ask-gateway.ts';

/** Throws `config-invalid` when no gateway answers. */
export async function linkDependencies(folder: string): Promise<readonly DependencyStatus[]> {
  return (await askGateway<{ readonly dependencies: readonly DependencyStatus[] }>(folder, '/health/dependencies')).dependencies;
}

/** A line a link and dependency. */
export function renderDependencies(all: readonly DependencyStatus[]): string {
  return all.map(({ link, dependency, state, refuse, since, refusesFrom, why }) => `${link}  ${dependency.padEnd(20)} ${state.padEnd(9)}${since === undefined ? '' : ` since ${since}, ${refuse === 'nothing' ? 'nothing is refused' : `${refuse} refused from ${refusesFrom ?? ''}`}: ${why ?? ''}`}`.trimEnd()).join('\n');
}
