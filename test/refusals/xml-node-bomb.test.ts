import { refusesXml } from '../support/xml-attack.ts';

const elements = (count: number) => `<r>${'<a/>'.repeat(count)}</r>`;

refusesXml('two million empty elements', { code: 'too-large', bytes: () => elements(2_000_000), control: () => elements(1_000) });
refusesXml('half a million comments', { code: 'too-large', bytes: () => `<r>${'<!---->'.repeat(500_000)}</r>`, control: () => `<r>${'<!---->'.repeat(1_000)}</r>` });
refusesXml('half a million CDATA sections', { code: 'too-large', bytes: () => `<r>${'<![CDATA[]]>'.repeat(500_000)}</r>`, control: () => `<r>${'<![CDATA[x]]>'.repeat(1_000)}</r>` });
refusesXml('a million attributes spread over elements', { code: 'too-large', bytes: () => `<r>${'<a b="" c="" d="" e=""/>'.repeat(250_000)}</r>`, control: () => '<r><a b="" c=""/></r>' });
