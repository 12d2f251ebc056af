/**
 * Failures that people read: the contract's error codes, and mistakes of whoever runs the program.
 */
@NullMarked
package ai.adraa.inbox.server.error;

import org.jspecify.annotations.NullMarked;
