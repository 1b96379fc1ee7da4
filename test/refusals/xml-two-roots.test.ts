import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a/>\n';

refusesXml('two root elements', { code: 'malformed', bytes: () => '<a/><b/>', control });
refusesXml('text after the root element', { code: 'malformed', bytes: () => '<a/>x', control });
refusesXml('text before the root element', { code: 'malformed', bytes: () => 'x<a/>', control });
refusesXml('no root element', { code: 'malformed', bytes: () => '<!-- -->', control });
refusesXml('nothing at all', { code: 'malformed', bytes: () => '', control });
