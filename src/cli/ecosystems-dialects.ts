/** The part of docs/ecosystems.md that says how a message of one dialect becomes that of another. */
export const DIALECT_MAPS: readonly string[] = [
  '## What becomes of a message',
  '',
  'A member of one platform and a service of another never share headers: each leg is a message of its own platform, made anew. In both directions:',
  '',
  '| of the request | `xroad-soap` | `xroad-rest` | on the link | on the other side |',
  '|---|---|---|---|---|',
  '| who asks | `client` | `X-Road-Client` | federated identifier in the statement | a subsystem of the gateway\'s member, by the rule of identifiers.yaml |',
  '| what is asked | `service` | path `/r1/<service>` | federated identifier and operation in the statement | the service as its own platform names it |',
  '| message id | `id` | `X-Road-Id` | sealed in the manifest | the exchange id: one id in both trails and in the message log of the answering side |',
  '| official | `userId` | `X-Road-UserId` | as the leg says: `pass`, `pseudonym`, `organisation-only`, `required` | the same header, or the one of that dialect |',
  '| issue | `issue` | `X-Road-Issue` | sealed in the manifest | the same |',
  '| represented party | `representedParty` | `X-Road-Represented-Party` | sealed in the manifest | the foreign member itself, where the platform has a header for it |',
  '| request hash | `requestHash` | `X-Road-Request-Hash` | never crosses | computed anew on each leg by its own platform; the gateway checks the one that it is given |',
  '',
  'A fault of the service crosses as a refusal that says so and reaches the caller as a fault of its own dialect; a business outcome such as "not found" is no fault and is translated.',
];
