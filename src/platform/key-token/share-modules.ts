import { Fault } from '../../core/fault.ts'
import { CKF_OS_LOCKING_OK, type Cryptoki } from './cryptoki.ts'
import { returnValue } from './token-fault.ts'

/** A PKCS #11 module in use. */
export interface CryptokiModule {
  readonly cryptoki: Cryptoki
  /** Makes it ready; again after somebody else has finalised it. */
  readonly initialise: () => void
  /** Ends this use of it; once. */
  readonly release: () => void
}

export type OpenModule = (modulePath: string) => Promise<CryptokiModule>

/**
 * The modules of this thread, each loaded once. A module has one state for the whole process, so threads share it: whoever comes first
 * initialises it. It is finalised by who initialised it, after the last use, and only where `mayFinalise`: while another thread is in a call,
 * that would be undefined (PKCS #11 §5.4), and threads know nothing of one another here. The end of the process does it for them.
 *
 * (A child that was forked without exec would have to initialise again, PKCS #11 §6.6.1; Node has no such children.)
 */
export function shareModules(
  load: (modulePath: string) => Promise<Cryptoki>,
  { mayFinalise }: { readonly mayFinalise: boolean },
): OpenModule {
  const shared = new Map<string, { readonly module: Promise<Shared>; uses: number }>()

  return async (modulePath) => {
    const entry = shared.get(modulePath) ?? { module: load(modulePath).then(share), uses: 0 }
    shared.set(modulePath, entry)
    entry.uses++
    try {
      const { cryptoki, initialise, finalise } = await entry.module
      const release = (): void => {
        if (--entry.uses > 0) return
        shared.delete(modulePath)
        if (mayFinalise) finalise()
      }
      return { cryptoki, initialise, release }
    } catch (error) {
      shared.delete(modulePath)
      throw error
    }
  }
}

interface Shared {
  readonly cryptoki: Cryptoki
  readonly initialise: () => void
  readonly finalise: () => void
}

function share(cryptoki: Cryptoki): Shared {
  let isOurs = false
  return {
    cryptoki,
    initialise: () => {
      try {
        // Calls come from several threads of ours: the module must lock.
        cryptoki.C_Initialize({ flags: CKF_OS_LOCKING_OK })
        isOurs = true
      } catch (cause) {
        if (returnValue(cause) === 'CKR_CRYPTOKI_ALREADY_INITIALIZED') return
        if (returnValue(cause) === null) throw cause
        throw new Fault(
          'key/token-driver',
          `expected the PKCS #11 module to start, got ${returnValue(cause) ?? ''}: see its own configuration`,
          { cause },
        )
      }
    },
    finalise: () => {
      if (!isOurs) return
      isOurs = false
      try {
        cryptoki.C_Finalize()
      } catch (error) {
        // Somebody else has finalised it, or it can't: the end of the process does.
        if (returnValue(error) === null) throw error
      }
    },
  }
}
