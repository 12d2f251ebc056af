/** Errors that users read: the contract's error codes and mistakes of the operator. */
@NullMarked
package ai.adraa.inbox.server.error;

import org.jspecify.annotations.NullMarked;
