/** The OpenAPI description of a foreign service: what its mapping names, cut to the operation that is offered (OpenAPI 3.1, section 4.8). */
import { CausewayError } from '../../errors.ts';
import type { DescribedService } from '../../mapping/describe/services.ts';
import type { JsonValue } from '../../stages.ts';

/** `location`: the URL to which paths are appended. Throws `internal` for a service of another form. */
export function openApiOf({ home, form, service }: DescribedService, location: string): JsonValue {
  if (form.kind !== 'json' || !('template' in home.operation)) throw new CausewayError('internal', `${service} is no REST service`);
  const { method, template } = home.operation;
  const { paths, info, ...rest } = form.openapi as { paths: Record<string, Record<string, JsonValue>>; info: Record<string, JsonValue> };
  const item = paths[template] ?? {};
  const kept = Object.fromEntries(Object.entries(item).filter(([key]) => !METHODS.has(key) || key === method.toLowerCase()));
  return { ...(rest as Record<string, JsonValue>), info: { ...info, 'x-federated-identifier': service }, servers: [{ url: location }], paths: { [template]: kept } };
}

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);
