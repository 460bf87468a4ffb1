import type { Command } from 'commander'
import { addTokenOptions } from './global-options.ts'
import { withPeople } from './people/with-people.ts'
import { printJson } from './print-table.ts'

/** Adds `user link` and `user unlink`. */
export function registerIdentities(user: Command): void {
  for (const verb of ['link', 'unlink'] as const) {
    addTokenOptions(user.command(`${verb} <name>`))
      .description(
        verb === 'link'
          ? 'let a user sign in by the word of an issuer of OpenID Connect (console.json)'
          : "let a user sign in so no more, and end sessions that were begun by another's word",
      )
      .requiredOption(
        '--issuer <id>',
        verb === 'link' ? 'its id in console.json' : 'its id in console.json, or its URL',
      )
      .requiredOption('--subject <sub>', 'what the issuer calls the user')
      .option('--json', 'print as JSON')
      .addHelpText(
        'after',
        `\nExample:\n  bailiwick user ${verb} anna --issuer university --subject 248289761001`,
      )
      .action((name: string, options: IdentityOptions, command: Command) =>
        changeIdentity(verb, name, options, command),
      )
  }
}

interface IdentityOptions {
  readonly issuer: string
  readonly subject: string
  readonly json?: boolean
}

async function changeIdentity(
  verb: 'link' | 'unlink',
  name: string,
  { json, issuer, subject }: IdentityOptions,
  command: Command,
): Promise<void> {
  const user = await withPeople(command, (people) =>
    people.changeIdentity(verb, { name, issuer, subject }),
  )
  process.stdout.write(json === true ? printJson(user) : `${verb}ed ${name}\n`)
}
