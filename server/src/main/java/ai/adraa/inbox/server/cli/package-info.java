/**
 * The command line: one class per command or group of commands. Commands parse options, call the
 * other packages and print results; they contain no domain rules.
 */
@NullMarked
package ai.adraa.inbox.server.cli;

import org.jspecify.annotations.NullMarked;
