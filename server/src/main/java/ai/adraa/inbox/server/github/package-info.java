/** The keys with which GitHub signs its reports of leaked tokens. */
@NullMarked
package ai.adraa.inbox.server.github;

import org.jspecify.annotations.NullMarked;
