/** The operations listener: health for the orchestrator, metrics for Prometheus. Bind it to an address that only operators reach. */
import Router from '@koa/router';
import Koa from 'koa';

export interface Readiness {
  readonly ready: boolean;
  /** One line a check: name and whether it holds. */
  readonly checks: Readonly<Record<string, boolean>>;
  /** What an operator should look at, and what stops nothing. */
  readonly warnings: readonly string[];
}

export interface OperationsOptions {
  readiness(): Promise<Readiness>;
  /** As JSON. */
  mappings(): object;
  dependencies(): readonly object[];
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function operationsApp(options: OperationsOptions): Koa {
  const router = new Router();
  router.get('/health/live', (context) => {
    context.body = { live: true };
  });
  router.get('/health/ready', async (context) => {
    const readiness = await options.readiness();
    context.status = readiness.ready ? 200 : 503;
    context.body = readiness;
  });
  router.get('/health/mappings', (context) => {
    context.body = options.mappings();
  });
  router.get('/health/dependencies', (context) => {
    context.body = { dependencies: options.dependencies() };
  });
  router.get('/metrics', async (context) => {
    const { contentType, text } = await options.metrics();
    context.type = contentType;
    context.body = text;
  });
  const app = new Koa();
  app.use(router.routes()).use(router.allowedMethods());
  return app;
}
