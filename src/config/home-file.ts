/** gateway.yaml, `home`: whom the gateway calls at home, and who may call it there. */
import * as v from 'valibot';
import { hub, hubCredentials, signatureKeys, signatureSubject } from './hub-file.ts';
import { count, duration, identity, memberPath, origin, path, record, serviceUrl, text } from './values.ts';

/** The long name is deliberate: whoever reads the file must see it. */
const plainHttp = v.exactOptional(v.pipe(v.literal(true, 'expected true'), v.description('Speak plain HTTP: anybody on the way reads and changes every message. Only with an http:// URL, never across a network that others use.')));

/** With `key` and `certificate` mutual TLS; with `pins` alone the other side is known by its key and we show no certificate. */
function outgoingTls(folder: string) {
  const { key, certificate } = identity(folder);
  const pins = v.pipe(v.array(path(folder)), v.minLength(1, 'name at least one certificate'), v.description('Certificates that the other side may show. Several, so that one can follow another.'));
  return v.exactOptional(record({ key: v.exactOptional(key), certificate: v.exactOptional(certificate), pins }));
}

function securityServer(folder: string) {
  return record({
    url: v.pipe(origin(), v.description('Where requests from abroad are handed over.')),
    tls: outgoingTls(folder),
    plainHttpThatAnybodyCanReadAndChange: plainHttp,
    connections: v.optional(count(1, 1000), 64),
  });
}

function service(folder: string) {
  return record({
    service: v.pipe(text(), v.description('Federated identifier of an exported service, as in services.yaml.')),
    timeout: v.exactOptional(v.pipe(duration(), v.description('How long we wait for this service; else home.timeout.'))),
    url: v.exactOptional(v.pipe(serviceUrl(), v.description('At an edge or a hub: where the service is. A REST path is appended to it.'))),
    signatureKeys: signatureKeys(folder),
    signatureSubject: signatureSubject(),
    tls: outgoingTls(folder),
    plainHttpThatAnybodyCanReadAndChange: plainHttp,
    connections: v.optional(count(1, 1000), 64),
  });
}

function client(folder: string) {
  return record({
    client: v.pipe(memberPath(), v.description('A member or subsystem of ours: instance/class/code[/subsystem], each part percent-encoded.')),
    certificates: v.pipe(v.optional(v.array(path(folder)), []), v.description('TLS certificates that may speak for it. Several, so that one can follow another.')),
    ...hubCredentials(folder),
  });
}

/** Entries of `home` about calls. Which of them a provider and an edge need: check-home.ts. */
export function callingHome(folder: string) {
  return {
    timeout: v.pipe(v.optional(duration(), '15s'), v.description('How long we wait for an answer from home, within the budget of the exchange.')),
    securityServers: v.pipe(v.optional(v.array(securityServer(folder)), []), v.description('Security servers that serve our member, in the order of preference. Another is taken only where nothing was sent to the one before.')),
    services: v.pipe(v.optional(v.array(service(folder)), []), v.description('What differs for a service of ours; at an edge or a hub, where each of them is.')),
    clients: v.pipe(v.optional(v.array(client(folder)), []), v.description('At an edge or a hub: who may ask, and by which certificates; at a hub also by which tokens and keys. Nobody else may.')),
    hub: hub(folder),
  };
}
