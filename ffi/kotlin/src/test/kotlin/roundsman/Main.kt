// Runs the scenarios of ffi/scenarios.json in their order, and writes which of them passed.
package roundsman

import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import kotlin.system.exitProcess

fun main() {
    val listed = Regex("\"id\": \"(\\w+)\"").findAll(Files.readString(ROOT.resolve("ffi/scenarios.json")))
    val results = linkedMapOf<String, Boolean>()
    Office(Files.createTempDirectory("server").resolve("data")).use { office ->
        val scenarios = Scenarios(office)
        for (id in listed.map { it.groupValues[1] }) {
            val name = Regex("_(\\w)").replace(id) { it.groupValues[1].uppercase() }
            results[id] = try {
                Scenarios::class.java.getMethod(name).invoke(scenarios)
                true
            } catch (failure: ReflectiveOperationException) {
                (failure.cause ?: failure).printStackTrace()
                false
            }
            println("${if (results[id] == true) "passed" else "FAILED"}  $name")
        }
        example(office)
        check("\"ok\": true" in office.run("verify").replace("\":", "\": ").replace("  ", " "))
    }
    System.getenv("ROUNDSMAN_RESULTS")?.let { path ->
        val lines = results.map { (id, passed) -> "\"$id\": $passed" }
        Files.writeString(Path.of(path), lines.joinToString(", ", "{", "}"))
    }
    exitProcess(if (results.values.all { it }) 0 else 1)
}

/** The example as it stands, in a process of its own, with an order to do. */
fun example(office: Office) {
    val folder = Files.createTempDirectory("example")
    val wang = office.person("technician", "engineering")
    val desk = Phone(office, folder, office.person("reception")).enrol()
    desk.sync()
    desk.replica.dispatch(desk.create(), Department.ENGINEERING, wang.id)
    desk.sync()
    val file = folder.resolve("technician.db")
    val said = child("roundsman.examples.TechnicianKt", office.url, office.invite(wang), "$PICTURE", "$file").run {
        inputReader().readText().also { check(waitFor() == 0) { it } }
    }
    check("SIGNED_OFF: 7 edits accepted" in said) { said }
    println("passed  the example: ${said.lines().last { it.isNotEmpty() }}")
}

/** Another JVM with the same library and classes. */
fun child(main: String, vararg words: String): Process {
    val program = ProcessHandle.current().info().command().get()
    val own = ManagementFactory.getRuntimeMXBean().inputArguments
    val asked = listOf(program) + own + listOf("-cp", System.getProperty("java.class.path"), main, *words)
    return ProcessBuilder(asked).redirectError(ProcessBuilder.Redirect.INHERIT).start()
}
