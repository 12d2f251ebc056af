/**
 * Health and metrics on a separate port that responds while the public port is overloaded or
 * stopping.
 */
@NullMarked
package ai.adraa.inbox.server.management;

import org.jspecify.annotations.NullMarked;
