import { performance } from 'node:perf_hooks'
import type { Fault } from '../core/fault.ts'
import type { DnsCounts, DnsEvents } from '../dns/dns-events.ts'
import { printEndpoint, type Endpoint } from '../dns/endpoint.ts'
import { DRAIN_MS, MAX_MAC_THREADS } from '../dns/limits.ts'
import { openDnsServer, type DnsServer } from '../dns/open-dns-server.ts'
import type { ZoneSource } from '../dns/zone-source.ts'
import { systemClock } from '../platform/clock.ts'
import type { ServerLog } from '../platform/server-log.ts'
import { openMacThreads, type MacThreads } from './dns-mac-threads.ts'
import { readCertificate, watchCertificate, type Certificate } from './serve-certificate.ts'
import { logDnsEvents } from './serve-dns-log.ts'
import type { DnsListening } from './serve-dns-options.ts'
import { tellFault } from './serve-faults.ts'
import { listenFault } from './serve-listen.ts'

export interface DnsSideDeps {
  readonly source: ZoneSource
  /** What else happens when something happens; it is logged anyway. */
  readonly events: Pick<DnsEvents, 'onAsked' | 'onRefused'>
  readonly serverLog: ServerLog
}

/** The DNS side of a server. */
export interface DnsSide {
  /** `dns://192.0.2.1:53`, and `dns+tls://…` where it is spoken over TLS. */
  readonly urls: readonly string[]
  /** Where it listens without TLS. */
  readonly endpoints: readonly Endpoint[]
  readonly counts: () => DnsCounts
  /** Takes nothing new and lets running transfers come to their end, within bounds. */
  readonly stop: () => Promise<void>
  /** Cuts them. */
  readonly cut: () => void
}

/** Answers secondaries. Rejects with `serve/address`, `serve/certificate`, and the system's errors as they are. */
export async function openDnsSide(deps: DnsSideDeps, listening: DnsListening): Promise<DnsSide> {
  const { serverLog, source } = deps
  const macs = openMacThreads({ threads: MAX_MAC_THREADS })
  const { certificate, plain, tls } = listening
  const server = await openDnsServer(
    { source, macs, events: eventsOf(deps), now: systemClock },
    {
      listen: plain,
      tls: certificate && { listen: tls, ...pemOf(readCertificate(certificate)) },
    },
  ).catch(async (error: unknown) => {
    await macs.close()
    throw explain(error, [...plain, ...tls])
  })
  const watching =
    certificate &&
    watchCertificate(certificate, {
      onChange: (changed) => {
        server.setCertificate(pemOf(changed))
        serverLog.log.info({ certificate: certificate.cert }, 'certificate taken over')
      },
      onFault: (fault: Fault) => tellFault(serverLog, fault),
    })
  return {
    urls: urlsOf(server),
    endpoints: server.endpoints,
    counts: server.counts,
    stop: () => stop(server, macs, () => watching?.stop()),
    cut: server.cut,
  }
}

function eventsOf({ events, serverLog }: DnsSideDeps): DnsEvents {
  const logged = logDnsEvents(serverLog.log, () => performance.now())
  return {
    onAsked: events.onAsked,
    onRefused: (refused) => {
      events.onRefused(refused)
      logged.onRefused(refused)
    },
    onTransferBegun: () => undefined,
    onTransferEnded: logged.onTransferEnded,
  }
}

async function stop(server: DnsServer, macs: MacThreads, stopWatch: () => void): Promise<void> {
  stopWatch()
  await server.stop(DRAIN_MS)
  await macs.close()
}

function urlsOf({ endpoints, tlsEndpoints }: DnsServer): string[] {
  return [
    ...endpoints.map((endpoint) => `dns://${printEndpoint(endpoint)}`),
    ...tlsEndpoints.map((endpoint) => `dns+tls://${printEndpoint(endpoint)}`),
  ]
}

function pemOf({ cert, key }: Certificate): {
  readonly certificate: string
  readonly key: string
} {
  return { certificate: cert.toString(), key: key.toString() }
}

/** The system says of a port which one it was. */
function explain(error: unknown, endpoints: readonly Endpoint[]): unknown {
  if (!(error instanceof Error) || !('port' in error)) return error
  const at = endpoints.find(({ port }) => port === error.port)
  return at === undefined ? error : listenFault(error, { host: at.address, port: at.port })
}
