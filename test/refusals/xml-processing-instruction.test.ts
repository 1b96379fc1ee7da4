import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<?xml version="1.0" encoding="utf-8" standalone="yes"?><a/>';

refusesXml('a processing instruction before the root', { code: 'malformed', bytes: () => '<?xml-stylesheet href="http://attacker.example/x.xsl"?><a/>', control });
refusesXml('a processing instruction inside a text', { code: 'malformed', bytes: () => '<a>12<?x?>34</a>', control });
refusesXml('an XML declaration that does not come first', { code: 'malformed', bytes: () => ' <?xml version="1.0"?><a/>', control });
