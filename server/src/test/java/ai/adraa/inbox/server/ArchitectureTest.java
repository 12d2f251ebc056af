package ai.adraa.inbox.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Dependencies between packages point down only, and each library stays in its package. */
class ArchitectureTest {
  private static final String SERVER = "ai.adraa.inbox.server";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(SERVER);

  /** The table of architecture.md. The small packages at the end may be used by all above them. */
  @Test
  void eachPackageUsesOnlyThoseBelow() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("root")
        .definedBy(SERVER)
        .layer("cli")
        .definedBy(SERVER + ".cli")
        .layer("rest")
        .definedBy(SERVER + ".rest")
        .layer("wire")
        .definedBy(SERVER + ".wire")
        .layer("http")
        .definedBy(SERVER + ".http")
        .layer("github")
        .definedBy(SERVER + ".github")
        .layer("management")
        .definedBy(SERVER + ".management")
        .layer("maintenance")
        .definedBy(SERVER + ".maintenance")
        .layer("token")
        .definedBy(SERVER + ".token")
        .layer("account")
        .definedBy(SERVER + ".account")
        .layer("mail")
        .definedBy(SERVER + ".mail")
        .layer("audit")
        .definedBy(SERVER + ".audit")
        .layer("database")
        .definedBy(SERVER + ".database")
        .layer("sqlite")
        .definedBy(SERVER + ".database.sqlite")
        .layer("postgresql")
        .definedBy(SERVER + ".database.postgresql")
        .layer("metrics")
        .definedBy(SERVER + ".metrics")
        .layer("log")
        .definedBy(SERVER + ".log")
        .layer("error")
        .definedBy(SERVER + ".error")
        .layer("limit")
        .definedBy(SERVER + ".limit")
        .layer("secret")
        .definedBy(SERVER + ".secret")
        .layer("text")
        .definedBy(SERVER + ".text")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("root")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("rest")
        .mayOnlyBeAccessedByLayers("root")
        .whereLayer("wire")
        .mayOnlyBeAccessedByLayers("cli", "rest")
        .whereLayer("management")
        .mayOnlyBeAccessedByLayers("root")
        .whereLayer("maintenance")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("github")
        .mayOnlyBeAccessedByLayers("root", "rest")
        .whereLayer("http")
        .mayOnlyBeAccessedByLayers("root", "cli", "rest", "management")
        .whereLayer("token")
        .mayOnlyBeAccessedByLayers("root", "cli", "rest", "wire")
        .whereLayer("account")
        .mayOnlyBeAccessedByLayers("root", "cli", "rest")
        .whereLayer("mail")
        .mayOnlyBeAccessedByLayers("root", "token", "account")
        .whereLayer("audit")
        .mayOnlyBeAccessedByLayers("root", "cli", "rest", "wire", "maintenance", "token", "account")
        // rest maps a database that cannot answer to 503.
        .whereLayer("database")
        .mayOnlyBeAccessedByLayers(
            "root",
            "cli",
            "rest",
            "management",
            "maintenance",
            "token",
            "account",
            "mail",
            "audit",
            "sqlite",
            "postgresql")
        .whereLayer("sqlite")
        .mayOnlyBeAccessedByLayers("root", "maintenance")
        // The option --database-read is of PostgreSQL only.
        .whereLayer("postgresql")
        .mayOnlyBeAccessedByLayers("root", "cli", "maintenance")
        .whereLayer("metrics")
        .mayOnlyBeAccessedByLayers("root", "http", "management")
        .whereLayer("log")
        .mayOnlyBeAccessedByLayers("root", "rest", "http", "account")
        .whereLayer("limit")
        .mayOnlyBeAccessedByLayers("root", "cli", "http", "account")
        .whereLayer("secret")
        .mayOnlyBeAccessedByLayers("root", "cli", "rest", "token", "account")
        .whereLayer("text")
        .mayOnlyBeAccessedByLayers("cli", "rest", "token", "database")
        .check(CLASSES);
  }

  @Test
  void thereIsNoCycle() {
    slices().matching(SERVER + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void eachLibraryStaysInItsPackage() {
    only("picocli..", SERVER + ".cli");
    // The generated interfaces and models have its annotations.
    only("jakarta.ws.rs..", SERVER + ".rest", SERVER + ".api", SERVER + ".model");
    // Backups and copies use what the drivers have below JDBC: SQLite's online backup, COPY.
    only("org.postgresql..", SERVER + ".database.postgresql", SERVER + ".maintenance");
    only("org.sqlite..", SERVER + ".database.sqlite", SERVER + ".maintenance");
    only(
        "org.jdbi..",
        SERVER + ".token",
        SERVER + ".account",
        SERVER + ".mail",
        SERVER + ".audit",
        SERVER + ".database..",
        SERVER + ".maintenance");
  }

  /** HTTP and the contract's types are no matter of the domain. */
  @Test
  void theDomainKnowsNeitherHttpNorTheContract() {
    noClasses()
        .that()
        .resideInAnyPackage(
            SERVER + ".token",
            SERVER + ".account",
            SERVER + ".mail",
            SERVER + ".audit",
            SERVER + ".database..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            SERVER + ".api", SERVER + ".model", "org.eclipse.jetty..", "jakarta.ws.rs..")
        .check(CLASSES);
  }

  private static void only(String library, String... packages) {
    noClasses()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }
}
