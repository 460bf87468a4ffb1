import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import { Option, type Command } from 'commander'

/** What every command understands, before or after its noun. */
export interface GlobalOptions {
  /** The authority's folder, absolute. */
  readonly data: string
  /** Who decides: recorded with every decision and publication. */
  readonly actor: string
}

/** Adds `--data` and `--actor` to the program. */
export function addGlobalOptions(program: Command): void {
  program
    .addOption(
      new Option('--data <dir>', "the authority's folder").env('BAILIWICK_DATA').default('./var'),
    )
    .addOption(
      new Option('--actor <name>', 'who decides; default: the user of this system').env(
        'BAILIWICK_ACTOR',
      ),
    )
}

/** The global options as they were given for `command`, from its line or from the environment. */
export function globalOptions(command: Command): GlobalOptions {
  const { data, actor } = command.optsWithGlobals<{ data: string; actor?: string }>()
  return { data: resolve(data), actor: actor ?? systemUser() }
}

function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without a name, as containers have them.
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
