/** The contract's form of what the domain returns, for responses and for {@code --format json}. */
@NullMarked
package ai.adraa.inbox.server.wire;

import org.jspecify.annotations.NullMarked;
