import type { ImportRequest, ImportView } from '../../console/ports/imports.ts'
import type { OutcomeView } from '../../console/ports/proposals.ts'
import {
  previewUpload,
  proposeSeen,
  type Importing,
  type Previewing,
  type Proposing,
} from './import-upload.ts'

/** What takes long of an import: to read a file and compare it with a list of millions. */
export interface ImportWork {
  readonly preview: (asked: Previewing, request: ImportRequest) => Promise<ImportView>
  readonly propose: (asked: Proposing) => Promise<OutcomeView>
}

/** Does it where it is asked. */
export function importHere(deps: Importing): ImportWork {
  return {
    preview: (asked, request) => previewUpload(deps, asked, request),
    propose: (asked) => proposeSeen(deps, asked),
  }
}
