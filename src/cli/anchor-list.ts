/** `causeway anchor list`. */
import type { AnchorReport } from '../trust/anchor-work.ts';

export function renderAnchor(report: AnchorReport): string {
  const { entity, country, environment, configurationUntil, superiors, issuers, stated, notices } = report;
  return [
    `${entity}  ${country}, ${environment}, until ${configurationUntil}`,
    ...issuers.map((kid, index) => `  online key ${kid}${index === 0 ? '' : ', not in use yet'}`),
    ...superiors.map((superior) => `  may be stated by ${superior}`),
    ...stated.map(({ kind, entity: sub, names, keys }) => `  states ${kind} ${sub}${names.length === 0 ? '' : ` (${names.join(', ')})`} with ${keys.join(', ')}`),
    `  notice list ${notices.number}: ${notices.list.length === 0 ? 'empty' : ''}`,
    ...notices.list.map((notice) => `    ${JSON.stringify(notice)}`),
  ].join('\n');
}
