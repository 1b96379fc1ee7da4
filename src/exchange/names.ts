/** Organisations and services of a platform as one line, for logs and narration: `FI/GOV/0245458-6/vero`. */
import type { DomesticMember, DomesticService } from '../stages.ts';

export function memberText({ instance, memberClass, memberCode, subsystem }: DomesticMember): string {
  return [instance, memberClass, memberCode, ...(subsystem === undefined ? [] : [subsystem])].join('/');
}

export function serviceText(service: DomesticService): string {
  return [memberText(service), service.service, ...(service.version === undefined ? [] : [service.version])].join('/');
}
