/** `degraded` of an agreement: what both gateways do while something that they depend on is gone. */
import * as v from 'valibot';
import { duration, oneOf, record } from './values.ts';

export const DEPENDENCIES = ['ocsp', 'timestamps', 'globalConfiguration', 'peerMetadata', 'hsm', 'evidenceStore'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

const policy = record({
  continueFor: v.pipe(duration(), v.description('How long exchanges go on from when it was last well; 0s: not at all.')),
  refuse: v.pipe(oneOf(['all', 'signed', 'nothing']), v.description('What is refused after that: all exchanges of the link, those whose grant asks for a signature that the gateway verifies, or nothing.')),
  alarm: v.pipe(oneOf(['warning', 'error']), v.description('Level of the line in the log when it is lost; when exchanges are refused it is always an error.')),
});

export type DegradedPolicy = v.InferOutput<typeof policy>;

const recorded = v.pipe(policy, v.check(({ continueFor, refuse }) => continueFor === 0 && refuse === 'all', 'must have continueFor: 0s and refuse: all, since no exchange is taken that cannot be recorded'));

export const degraded = v.pipe(
  record({
    ocsp: v.exactOptional(v.pipe(policy, v.description('Whether signing certificates at home are still good: answers of their authorities.'))),
    timestamps: v.exactOptional(v.pipe(policy, v.description('Time-stamping authorities over the trail.'))),
    globalConfiguration: v.exactOptional(v.pipe(policy, v.description('The signed configuration of the platform at home.'))),
    peerMetadata: v.exactOptional(v.pipe(policy, v.description("The peer's chain of trust, when it cannot be renewed; in no case beyond its own end."))),
    hsm: v.exactOptional(v.pipe(policy, v.description('The device that holds private keys.'))),
    evidenceStore: v.exactOptional(v.pipe(recorded, v.description('The store of trail and evidence.'))),
  }),
  v.description('What both gateways do while something that they depend on is gone. What is not named has the policy of docs/operating.md, "Degraded modes".'),
);
