import { Option, type Command } from 'commander'
import { ENTRY_ACTIONS } from '../core/entry.ts'
import { PROPOSAL_STATES } from '../core/proposal.ts'
import type { ApproveOptions } from './decision-approve.ts'
import type { ActOptions } from './decision-act.ts'
import type { ChangeOptions } from './decision-change.ts'
import type { DecisionListOptions } from './decision-list.ts'
import type { ShowDecisionOptions } from './decision-show.ts'
import { addTokenOptions } from './global-options.ts'
import { parseCodes, parseReason } from './proposals/term-options.ts'

/** Each verb's work is in a file of its own, which is loaded when it runs. */
export function register(program: Command): void {
  const decision = program
    .command('decision')
    .description('what was decided, by whom and why, and what waits to be')
  registerLs(decision)
  registerShow(decision)
  registerApprove(decision)
  registerChange(decision)
  registerActs(decision)
  registerOverride(decision)
}

function registerLs(decision: Command): void {
  addTokenOptions(decision.command('ls'))
    .description('proposals that wait, and decisions, newest first')
    .option('--open', 'proposals that wait, oldest first, and nothing else')
    .addOption(new Option('--state <state>', 'proposals in that state').choices(PROPOSAL_STATES))
    .option('--list <list>', 'of this list alone')
    .option('--assigned <name>', 'proposals assigned to somebody')
    .option('--limit <n>', 'at most so many', '50')
    .option('--before <id>', 'older than this decision, or this proposal')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick decision ls --open --list phishing')
    .action(async (options: DecisionListOptions, command: Command) => {
      const { listDecisions } = await import('./decision-list.ts')
      await listDecisions(options, command)
    })
}

function registerShow(decision: Command): void {
  addTokenOptions(decision.command('show <id>'))
    .description('a decision (12) or a proposal (p7), with its whole story')
    .option('--lines <n>', 'at most so many lines of a proposal', '20')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick decision show p7')
    .action(async (id: string, options: ShowDecisionOptions, command: Command) => {
      const { showDecision } = await import('./decision-show.ts')
      await showDecision(id, options, command)
    })
}

function registerApprove(decision: Command): void {
  addTokenOptions(decision.command('approve <id...>'))
    .description('approve proposals; each is decided as soon as its list has what it asks for')
    .option('--revision <n>', 'the revision that was looked at; of one proposal alone')
    .option('--acknowledge <codes>', 'warnings that were seen, by code', parseCodes)
    .option('--json', 'print what became of them as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick decision approve p7 --revision 2')
    .action(async (ids: string[], options: ApproveOptions, command: Command) => {
      const { approveDecisions } = await import('./decision-approve.ts')
      await approveDecisions(ids, options, command)
    })
}

function registerChange(decision: Command): void {
  addTokenOptions(decision.command('change <id>'))
    .description('make a new revision of a proposal; its approvals are gone with it')
    .option('--revision <n>', 'the revision that was looked at')
    .option('--note <text>', 'why it is changed')
    .option('--reason <text>', 'another reason', parseReason)
    .option('--basis <text>', 'another legal basis')
    .option('--evidence <text>', 'where the evidence lies')
    .option('--evidence-sha256 <hex>', 'SHA-256 of the evidence')
    .option('--category <name>', 'another category, for all that it adds')
    .option('--reference <code>', 'another public code, for all that it adds')
    .addOption(
      new Option('--action <action>', 'another action, for all that it adds').choices(
        ENTRY_ACTIONS,
      ),
    )
    .option('--without <value...>', 'leave these values out')
    .option('--acknowledge <codes>', 'warnings that were seen, by code', parseCodes)
    .option('--json', 'print what became of it as JSON')
    .addHelpText('after', '\nExample:\n  bailiwick decision change p7 --without shop.example')
    .action(async (id: string, options: ChangeOptions, command: Command) => {
      const { changeDecision } = await import('./decision-change.ts')
      await changeDecision(id, options, command)
    })
}

/** What is done to a proposal and can't decide it. */
function registerActs(decision: Command): void {
  const act = (verb: string, description: string): Command =>
    addTokenOptions(decision.command(verb))
      .description(description)
      .option('--revision <n>', 'the revision that was looked at')
      .option('--json', 'print how it stands as JSON')
  const run = async (
    name: 'approval-withdrawn' | 'assigned' | 'commented' | 'rejected' | 'withdrawn',
    about: ActOptions & { readonly id: string },
    command: Command,
  ): Promise<void> => {
    const { actOnDecision } = await import('./decision-act.ts')
    await actOnDecision(name, about, command)
  }
  act('reject <id>', 'end a proposal, with a reason')
    .requiredOption('--reason <text>', 'why', parseReason)
    .addHelpText('after', '\nExample:\n  bailiwick decision reject p7 --reason "it is a bank"')
    .action((id: string, options: ActOptions, command: Command) =>
      run('rejected', { ...options, id }, command),
    )
  act('withdraw <id>', 'take back what you or your organisation proposed')
    .option('--reason <text>', 'why', parseReason)
    .addHelpText('after', '\nExample:\n  bailiwick decision withdraw p7')
    .action((id: string, options: ActOptions, command: Command) =>
      run('withdrawn', { ...options, id }, command),
    )
  act('unapprove <id>', 'take an approval back')
    .option('--of <name>', "somebody else's, as an administrator")
    .option('--reason <text>', 'why', parseReason)
    .addHelpText('after', '\nExample:\n  bailiwick decision unapprove p7 --reason "wrong host"')
    .action((id: string, options: ActOptions & { readonly of?: string }, command: Command) =>
      run('approval-withdrawn', { ...options, id, whom: options.of ?? null }, command),
    )
  act('comment <id> <text>', 'say something about a proposal')
    .addHelpText('after', '\nExample:\n  bailiwick decision comment p7 "who owns that host?"')
    .action((id: string, text: string, options: ActOptions, command: Command) =>
      run('commented', { ...options, id, reason: text }, command),
    )
  act('assign <id> [name]', 'say who looks after a proposal; without a name nobody does')
    .addHelpText('after', '\nExample:\n  bailiwick decision assign p7 alice')
    .action((id: string, name: string | undefined, options: ActOptions, command: Command) =>
      run('assigned', { ...options, id, whom: name ?? '' }, command),
    )
}

function registerOverride(decision: Command): void {
  addTokenOptions(decision.command('override <id>'))
    .description('decide in spite of what is lacking: one asks with a reason, another confirms')
    .option('--revision <n>', 'the revision that was looked at')
    .option('--reason <text>', 'why; needed of whoever asks', parseReason)
    .option('--json', 'print what became of it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  bailiwick decision override p7 --reason "court order, delivered by hand"',
    )
    .action(async (id: string, options: ActOptions, command: Command) => {
      const { overrideDecision } = await import('./decision-override.ts')
      await overrideDecision(id, options, command)
    })
}
