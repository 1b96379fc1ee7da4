import { DEFAULT_XML_LIMITS } from '../../src/platform/limits.ts';
import { refusesXml } from '../support/xml-attack.ts';

const { maxDepth } = DEFAULT_XML_LIMITS;
const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);

refusesXml('elements one deeper than the limit', { code: 'too-large', bytes: () => nested(maxDepth + 1), control: () => nested(maxDepth) });
refusesXml('ten megabytes of opening tags', { code: 'too-large', bytes: () => '<a>'.repeat(3_300_000), control: () => nested(maxDepth) });
refusesXml('closing tags that lower the depth before a deep nest', { code: 'malformed', bytes: () => `<r>${'</a>'.repeat(2000)}${nested(2000)}</r>`, control: () => nested(maxDepth) });
