/** Services whose messages cross as they are, but for the identifiers: what the country decided with the words `mapping: passthrough`. */
import { createHash } from 'node:crypto';
import { CausewayError } from '../errors.ts';
import { mintMapped, type DomesticMessage, type LossReport, type Mapped, type MappingRef, type Opened } from '../stages.ts';
import type { LinkTerms, Translation } from './mappings.ts';

/** In place of the name of a mapping (services.yaml), and of a neutral form (link, statement). */
export const PASSTHROUGH = 'passthrough';

/** What statements name in place of a mapping: the hash is that of nothing. */
const NO_MAPPING: MappingRef = { id: PASSTHROUGH, revision: 0, sha256: createHash('sha256').digest('base64url') };

const NOTHING_LOST: LossReport = { dropped: [], defaulted: [], approximated: [], unknown: [] };

function toNeutral({ payload, attachments = [] }: DomesticMessage, { fields }: LinkTerms = {}): Mapped<'neutral'> {
  if (payload.form !== 'unmapped') throw new CausewayError('internal', 'a message that was read for a mapping, and none maps it');
  if (fields !== undefined) throw new CausewayError('config-invalid', 'a grant lists fields of a message that crosses unmapped');
  return mintMapped<'neutral'>({ to: 'neutral', document: payload.document, neutral: PASSTHROUGH, mapping: NO_MAPPING, loss: NOTHING_LOST, attachments });
}

function toDomestic({ fields: { document, attachments } }: Opened): Mapped<'domestic'> {
  return mintMapped<'domestic'>({ to: 'domestic', document: { form: 'unmapped', document }, neutral: PASSTHROUGH, mapping: NO_MAPPING, loss: NOTHING_LOST, attachments });
}

/** What stands beside the body is the dialect's to judge, where it writes it. */
export const passthrough: Translation = {
  neutral: PASSTHROUGH,
  ref: NO_MAPPING,
  schemas: { request: {}, response: {} },
  subjects: () => [],
  needed: () => [],
  requestToNeutral: (request, terms) => toNeutral(request.message, terms),
  requestToDomestic: toDomestic,
  responseToNeutral: (response, terms) => toNeutral(response.message, terms),
  responseToDomestic: toDomestic,
  echoToDomestic: () => {
    throw new CausewayError('internal', 'an echo has a mapping');
  },
  checkNeutral: () => {},
};
