import { defaultLimits, limitPublished } from '../audit/limit-published.ts'
import { writeBundle } from '../audit/write-bundle.ts'
import { openAuditSource, type SourceFlags } from './audit-source.ts'
import { DraftFile } from './draft-file.ts'

export interface BundleFlags extends SourceFlags {
  readonly output: string
}

/** `audit bundle`: everything that an audit needs, in one file. */
export async function bundleSource(name: string, flags: BundleFlags): Promise<void> {
  const opened = await openAuditSource(name, flags)
  const source = limitPublished(
    opened,
    defaultLimits(() => new Date()),
  )
  const draft = new DraftFile(flags.output)
  try {
    const { files, bytes } = await writeBundle(source, (piece) => draft.write(piece))
    draft.publish()
    process.stdout.write(`${flags.output}: ${files} files, ${bytes} bytes\n`)
  } catch (error) {
    draft.discard()
    throw error
  } finally {
    await opened.close()
  }
}
