/** What crosses of a request beside its document: the end user by the leg's rule, and the other context headers. */
import { createHmac } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import type { Leg } from '../federation/link.ts';
import type { CrossingLoss, DomesticRequest, ManifestContext } from '../stages.ts';

/** Throws `end-user-missing` where the leg requires one. */
export function crossing(message: DomesticRequest, leg: Leg, pseudonymKey: Uint8Array, messageIds: Readonly<Record<string, string>>, loss: CrossingLoss): ManifestContext {
  const { issue, representedParty, subject } = message.context;
  const userId = RULES[leg.endUser](message.context.userId, leg, pseudonymKey);
  return { ...(userId === undefined ? {} : { userId }), ...(issue === undefined ? {} : { issue }), ...(representedParty === undefined ? {} : { representedParty }), ...(subject === undefined ? {} : { subject }), messageIds, loss };
}

type Rule = (userId: string | undefined, leg: Leg, pseudonymKey: Uint8Array) => string | undefined;

const RULES: Readonly<Record<Leg['endUser'], Rule>> = {
  'pass': (userId) => userId,
  'required': (userId) => {
    if (userId === undefined || userId.trim() === '') throw new CausewayError('end-user-missing', 'the leg requires an end user', { facts: { field: 'userId' } });
    return userId;
  },
  'organisation-only': () => undefined,
  // By the country that is asked: two peers cannot find out that they were asked by the same person.
  'pseudonym': (userId, leg, pseudonymKey) => (userId === undefined ? undefined : createHmac('sha256', pseudonymKey).update(`${leg.to}\0${userId}`).digest('base64url')),
};
