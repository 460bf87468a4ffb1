import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { takeLock } from '../agent/lock.ts'
import { Fault, isFault } from '../core/fault.ts'
import { STOP_TIMEOUT_MS } from '../distribute/limits.ts'
import { HttpCounts, type Metrics } from '../platform/metrics.ts'
import { openServerLog, type ServerLog } from '../platform/server-log.ts'
import { openWitnessMetrics } from '../platform/witness-metrics.ts'
import { addCheckpoint, type AddCheckpointDeps } from '../witness/add-checkpoint.ts'
import { openWitness, type WitnessOptions } from '../witness/open-witness.ts'
import type { WitnessConfig } from '../witness/read-config.ts'
import { witnessListener, type WitnessRecord } from '../witness/request-listener.ts'
import { readIdentity } from '../witness/witness-identity.ts'
import { readCertificate, watchCertificate } from './serve-certificate.ts'
import { tellFault } from './serve-faults.ts'
import { keepYoungHeapSmall } from './serve-heap.ts'
import { limitedServer, listen, parseListenAddress, stopServer } from './serve-listen.ts'

export interface WitnessProgram {
  readonly url: string
  /** Lets running responses end and releases everything; called again, it cuts them. */
  readonly stop: () => void
  /** Kept once everything is released. */
  readonly stopped: Promise<void>
}

export interface WitnessProgramOptions extends Omit<WitnessOptions, 'config'> {
  readonly config: WitnessConfig
}

/**
 * Runs a witness, alone on its state folder. Faults: `witness/locked`, `witness/state`, those of keys, of the certificate, and of
 * listening.
 */
export async function runWitness(options: WitnessProgramOptions): Promise<WitnessProgram> {
  const { config } = options
  keepYoungHeapSmall()
  // Before anything is written there: a folder that isn't a witness's stays as it is.
  readIdentity(config.state)
  const lock = lockState(config.state)
  const serverLog = openServerLog(config.logLevel)
  const release = (): void => {
    lock.release()
    serverLog.close()
  }
  try {
    const witness = await openWitness(options)
    const running: Running = { config, serverLog, witness, isStopping: false, sockets: new Set() }
    const server = openServer(running)
    const url = await listen(server, parseListenAddress(config.listen, '"listen"'))
    const watching = followCertificate(running, server)
    const { name } = witness.signer.key
    serverLog.log.info({ url, name, logs: [...config.logs.keys()] }, 'witnessing')
    const end = (): void => {
      watching.stop()
      release()
    }
    return { url, ...stopping(running, server, end) }
  } catch (error) {
    release()
    throw error
  }
}

interface Running {
  readonly config: WitnessConfig
  readonly serverLog: ServerLog
  readonly witness: AddCheckpointDeps
  readonly sockets: Set<Socket>
  isStopping: boolean
}

function lockState(folder: string): { readonly release: () => void } {
  try {
    return takeLock(folder)
  } catch (cause) {
    if (!isFault(cause, 'agent/locked')) throw cause
    throw new Fault(
      'witness/locked',
      `expected no other witness on ${JSON.stringify(folder)}: ${cause.message}`,
      { cause },
    )
  }
}

function openServer(running: Running): Server {
  const { config, serverLog, witness, sockets } = running
  const counts = new HttpCounts()
  const forks = new Map<string, number>()
  const listener = witnessListener({
    ...{ counts, limits: config.limits },
    addCheckpoint: (body) => addCheckpoint(witness, body),
    metrics: openMetrics(running, counts, forks),
    nowMs: () => performance.now(),
    onRecord: (record) => {
      const { origin = '', evidence } = record.told
      if (evidence !== undefined) forks.set(origin, (forks.get(origin) ?? 0) + 1)
      tellRecord(serverLog, record)
    },
    onFault: (error) => tellFault(serverLog, error),
    isStopping: () => running.isStopping,
  })
  const server = limitedServer(listener, {
    maxConnectionsPerAddress: config.limits.maxConnectionsPerAddress,
    ...(config.tls && { certificate: readCertificate(config.tls) }),
  })
  // What is below a connection of TLS does not know what is still to be sent.
  server.on(config.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return server
}

function openMetrics(
  { config, witness, sockets }: Running,
  http: HttpCounts,
  forks: ReadonlyMap<string, number>,
): Metrics {
  return openWitnessMetrics({
    ...{ http, connections: () => sockets.size, forks: () => forks },
    logs: () =>
      [...config.logs.keys()].map((origin) => {
        const kept = witness.checkpoints.find(origin)
        return { origin, size: kept?.checkpoint.size ?? 0, cosignedAtS: kept?.cosignedAt ?? 0 }
      }),
  })
}

function tellRecord({ log }: ServerLog, { told, ...record }: WitnessRecord): void {
  if (told.evidence === undefined) log.info({ ...record, ...told }, 'request')
  else log.warn({ ...record, ...told }, 'a signed checkpoint does not go with what was cosigned')
}

function followCertificate(
  { config, serverLog }: Running,
  server: Server,
): { readonly stop: () => void } {
  if (config.tls === undefined || !(server instanceof TlsServer)) return { stop: () => undefined }
  return watchCertificate(config.tls, {
    onChange: (certificate) => {
      server.setSecureContext(certificate)
      serverLog.log.info('took a new certificate')
    },
    onFault: (fault) => tellFault(serverLog, fault),
  })
}

function stopping(
  running: Running,
  server: Server,
  release: () => void,
): Pick<WitnessProgram, 'stop' | 'stopped'> {
  let end: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => (end = resolve))
  return {
    stopped,
    stop: () => {
      if (running.isStopping) {
        server.closeAllConnections()
        return
      }
      running.isStopping = true
      running.serverLog.log.info('stopping')
      void stopServer(server, running.sockets, {
        // A cosignature takes milliseconds: who has asked in the grace of the stop is answered in it.
        isBusy: () => false,
        timeoutMs: STOP_TIMEOUT_MS,
      }).then(() => {
        release()
        end()
      })
    },
  }
}
