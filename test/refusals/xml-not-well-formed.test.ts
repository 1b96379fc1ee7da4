import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a b=\'"\' c="&gt;>"><b/>]]&gt;</a>';

refusesXml('tags that overlap', { code: 'malformed', bytes: () => '<a><b></a></b>', control });
refusesXml('a tag that does not end', { code: 'malformed', bytes: () => '<a', control });
refusesXml('an attribute without quotes', { code: 'malformed', bytes: () => '<a b=c/>', control });
refusesXml('< in an attribute', { code: 'malformed', bytes: () => '<a b="<"/>', control });
refusesXml(']]> in a text', { code: 'malformed', bytes: () => '<a>]]></a>', control });
refusesXml('-- in a comment', { code: 'malformed', bytes: () => '<a><!-- -- --></a>', control });
refusesXml('a comment that does not end', { code: 'malformed', bytes: () => '<a><!-- </a>', control });
refusesXml('a bare ampersand', { code: 'malformed', bytes: () => '<a>1 & 2</a>', control });
