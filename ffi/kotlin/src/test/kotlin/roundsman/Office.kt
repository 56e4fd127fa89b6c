// The other side, as whoever runs it sees it: the program `roundsman`, a fresh folder, a server on a free port.
package roundsman

import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit

const val SITE = "锦绣花园"

/** The root of the repository. */
val ROOT: Path = Path.of(System.getenv("ROUNDSMAN_ROOT"))

class Person(val id: String, val name: String, val site: String)

class Office(private val folder: Path) : AutoCloseable {
    private val program = System.getenv("ROUNDSMAN")
    private val server: Process
    private var people = 0
    val url: String

    init {
        run("init", "--org", "锦绣物业", "--site", SITE)
        run("route", "import", ROOT.resolve("docs/samples/routes.toml").toString(), "--site", SITE)
        server = ProcessBuilder(program, "--data", "$folder", "serve", "--listen", "127.0.0.1:0")
            .redirectError(File("$folder.log")).start()
        val line = server.inputReader().readLine() ?: error("the server did not start: ${File("$folder.log").readText()}")
        url = line.removePrefix("listening on ").trim()
    }

    override fun close() {
        server.destroy()
        check(server.waitFor(30, TimeUnit.SECONDS)) { "the server does not end" }
    }

    /** One command; its JSON as text. */
    fun run(vararg words: String): String {
        val asked = listOf(program, "--data", "$folder", "--json", *words)
        val errors = Files.createTempFile("roundsman", ".txt")
        val done = ProcessBuilder(asked).redirectError(errors.toFile()).start()
        val said = done.inputReader().readText()
        check(done.waitFor() == 0) { "roundsman ${words.joinToString(" ")}: $said${Files.readString(errors)}" }
        return said
    }

    /** Somebody new. */
    fun person(role: String, department: String? = null): Person {
        people += 1
        val name = "$role $people"
        val words = listOf("person", "add", "--name", name, "--role", role, "--site", SITE) +
            (department?.let { listOf("--department", it) } ?: emptyList())
        val said = run(*words.toTypedArray())
        return Person(field(said, "id"), name, field(said, "site"))
    }

    fun invite(person: Person): String = field(run("device", "invite", "--person", person.id), "code")

    companion object {
        /** The first text field of this name: all that these tests read of JSON. */
        fun field(json: String, name: String): String =
            Regex("\"$name\"\\s*:\\s*\"([^\"]*)\"").find(json)?.groupValues?.get(1) ?: error("no $name in $json")
    }
}
