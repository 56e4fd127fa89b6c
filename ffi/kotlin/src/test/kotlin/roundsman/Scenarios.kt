// The scenarios of ffi/scenarios.json, each against a running server. The Python suite lives through the same.
package roundsman

import java.io.File
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest as JavaRequest
import java.net.http.HttpResponse
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyPairGenerator
import java.security.MessageDigest
import java.security.Signature as JavaSignature
import java.security.spec.ECGenParameterSpec
import java.time.Duration
import java.time.Instant
import java.util.concurrent.CountDownLatch
import java.util.concurrent.Semaphore
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

val PICTURE: Path = ROOT.resolve("tests/fixtures/photos/gps-DSCN0010.jpg")
val STROKES: ByteArray = byteArrayOf(0x89.toByte(), 'P'.code.toByte(), 'N'.code.toByte(), 'G'.code.toByte(), 1, 2, 3)

fun options(
    key: ByteArray? = null, signer: Signer? = null, clock: Clock? = null, transport: Transport? = null,
) = OpenOptions(key = key, signer = signer, clock = clock, transport = transport)

/** One person's phone on a file of its own. */
class Phone(val office: Office, folder: Path, val person: Person, options: OpenOptions = options()) {
    val path: String = folder.resolve("${person.id}.db").toString()
    var replica: Replica = Replica.open(path, options)
    val site get() = person.site

    fun enrol(): Phone {
        replica.enrol(office.url, office.invite(person), "${person.name}'s phone")
        return this
    }

    fun sync(budget: SyncBudget = SyncBudget()): SyncReport = replica.sync(budget)

    fun newCase(
        description: String = "电梯厅两盏灯不亮", subject: String = "equipment/lighting",
        kind: CaseKind = CaseKind.REPAIR, urgency: Urgency = Urgency.GENERAL,
    ) = NewCase(
        kind = kind, channel = Channel.PATROL, site = site,
        place = Place(building = "3", unit = "2", spot = "lift lobby"),
        description = description, subject = subject, urgency = urgency,
    )

    fun create(new: NewCase = newCase()): DocumentId = replica.createCase(new)
}

fun remark(note: String) = NewEntry(kind = EntryKind.REMARK, note = note)

fun notes(replica: Replica, case: DocumentId): List<String> =
    replica.case(case)!!.entries.map { it.note }.filter { it.isNotEmpty() }

fun sha256(bytes: ByteArray): String =
    MessageDigest.getInstance("SHA-256").digest(bytes).joinToString("") { "%02x".format(it) }

fun same(found: Any?, expected: Any?, what: String = "") =
    check(found == expected) { "$what: found $found, expected $expected" }

/** The code with which the call is refused. */
fun codeOf(call: () -> Any?): String = try {
    error("was not refused: ${call()}")
} catch (refused: RoundsmanException) {
    refused.code
}

/** The host's own HTTP. */
open class JdkTransport : Transport {
    private val client: HttpClient = HttpClient.newHttpClient()

    override fun send(request: HttpRequest): HttpReply {
        val body = JavaRequest.BodyPublishers.ofByteArray(request.body)
        val built = JavaRequest.newBuilder(URI(request.url)).method(request.method, body)
        request.headers.forEach { (name, value) -> built.header(name, value) }
        val reply = client.send(built.build(), HttpResponse.BodyHandlers.ofByteArray())
        return HttpReply(
            reply.statusCode().toUShort(), reply.headers().map().mapValues { it.value.first() }, reply.body(),
        )
    }
}

class Scenarios(private val office: Office) {
    private val folder: Path = Files.createTempDirectory("phones")

    /** A photo that no phone has brought before: the same picture, with a word behind its end. */
    private fun taken(what: String): Path =
        Files.write(folder.resolve("$what.jpg"), Files.readAllBytes(PICTURE) + what.toByteArray())

    private fun phoneOf(role: String, department: String? = null, options: OpenOptions = options()): Phone {
        val phone = Phone(office, folder, office.person(role, department), options).enrol()
        phone.sync()
        return phone
    }

    fun offlineCreateAndEdit() {
        val han = phoneOf("reception")
        val wang = phoneOf("technician", "engineering")
        val case = han.create()
        han.replica.classify(case, Classification(urgency = Urgency.URGENT))
        han.replica.describe(case, "电梯厅两盏灯不亮", "电梯厅三盏灯不亮")
        han.replica.writeContact(case, ContactDetails(name = "孙丽华", phone = "010-5550 0101"))
        val order = han.replica.dispatch(case, Department.ENGINEERING, wang.person.id)
        han.replica.record(case, order, remark("钥匙在前台"))
        same(han.replica.edits().map { it.state }, List(6) { EditState.ON_THIS_PHONE })
        val report = han.sync()
        same(listOf(report.accepted, report.quarantined), listOf(6u, 0u))
        same(han.replica.status().pendingEdits, 0u)
        wang.sync()
        val read = wang.replica.case(case)!!
        same(read.urgency to read.description, Urgency.URGENT to "电梯厅三盏灯不亮")
        same(read.orders[0].assignees, listOf(wang.person.id))
        same(wang.replica.contact(case)!!.phone, "010-5550 0101")
        wang.replica.takeOrder(case, order)
        wang.replica.record(case, order, NewEntry(kind = EntryKind.ARRIVED, note = "到场"))
        wang.replica.record(case, order, NewEntry(kind = EntryKind.COMPLETED, note = "换了灯泡"))
        same(wang.sync().accepted, 3u)
        han.sync()
        same(han.replica.case(case)!!.status, CaseStatus.COMPLETED)
        val stated = han.replica.timeline(case).filterIsInstance<TimelineItem.Stated>().map { it.entry.kind }
        same(stated.first() to stated.last(), EntryKind.RECEIVED to EntryKind.COMPLETED)
        check(Duration.between(han.replica.case(case)!!.entries.last().claimedAt, Instant.now()).toMinutes() < 5)
    }

    fun photo() {
        val guard = phoneOf("guard")
        val desk = phoneOf("reception")
        val case = guard.create()
        val path = taken("photo")
        val hash = guard.replica.addPhoto(case, NewPhoto("$path", PhotoRole.BEFORE, caption = "如图"))
        val bytes = Files.readAllBytes(path)
        same(hash, sha256(bytes))
        same(photoHash(bytes), hash)
        same(guard.replica.status().photosOwed, 1u)
        val report = guard.sync()
        same(report.photosSent to report.previewsSent, 1u to 1u)
        same(guard.replica.status().photosOwed, 0u)
        desk.sync()
        val mention = desk.replica.case(case)!!.photos.single()
        same(mention.hash to mention.caption, hash to "如图")
        same(desk.replica.photo(hash), null, "a photo of somebody else is fetched when somebody wants it")
        same(desk.replica.fetchPhotos(case, PhotoChoice.PREVIEWS_ONLY), 1u)
        check(desk.replica.photo(mention.preview!!)!!.isNotEmpty())
        check(runBlocking { desk.replica.fetchPhotoAndWait(case, hash) }.contentEquals(bytes))
    }

    fun signOff() {
        val desk = phoneOf("reception")
        val wang = phoneOf("technician", "engineering")
        val case = desk.create()
        val order = desk.replica.dispatch(case, Department.ENGINEERING, wang.person.id)
        desk.sync()
        wang.sync()
        wang.replica.record(case, order, NewEntry(kind = EntryKind.ARRIVED))
        wang.replica.record(case, order, NewEntry(kind = EntryKind.COMPLETED, note = "换了灯泡"))
        val shown = wang.replica.statement(case, order, SignOffSubject.COMPLETION)
        check("换了灯泡" in shown.text)
        wang.replica.signOff(
            case, order,
            NewSignOff(
                SignOffSubject.COMPLETION, SignOffOutcome.SIGNED, signer = "孙丽华", relation = "owner",
                strokesPng = STROKES, shown = shown.text,
            ),
        )
        same(wang.sync().photosSent, 1u, "the strokes")
        desk.sync()
        val signed = desk.replica.case(case)!!.signOffs.single()
        same(signed.shown to signed.outcome, shown.text to SignOffOutcome.SIGNED)
        val signature = desk.replica.contact(case)!!.signatures.single()
        same(signature.signer to signature.signOff, "孙丽华" to signed.id)
        same(desk.replica.case(case)!!.orders[0].status, OrderStatus.SIGNED_OFF)
    }

    fun playbookAndStanding() {
        val desk = phoneOf("reception")
        val case = desk.create(desk.newCase(subject = "equipment/lift/trapped", urgency = Urgency.URGENT))
        val book = playbooksFor("equipment/lift/trapped").first()
        same(book.id to book.emergency, "equipment/lift-trapped" to true)
        val checklist = desk.replica.choosePlaybook(case, book.id)
        val first = desk.replica.standing(case)!!.checklists[0].steps[0]
        check(first.due != null && first.doneBy == null)
        desk.replica.doStep(case, checklist, first.id)
        val standing = desk.replica.standing(case)!!
        same(standing.checklists[0].steps[0].doneBy, desk.person.id)
        same(standing.responsible, desk.person.id)
        val clocks = standing.clocks.associate { it.titleZh to it.state }
        same(clocks["受理登记"], ClockState.MET)
        check(ClockState.RUNNING in clocks.values && standing.colour == Colour.BLUE)
        same(desk.sync().accepted, 3u)
    }

    fun search() {
        val guard = phoneOf("guard")
        val lamp = guard.create(guard.newCase(description = "Lamp out by the fountain 喷泉"))
        guard.create(guard.newCase(description = "Bollard loose"))
        fun found(text: String) = guard.replica.search(text, 0u, 10u).map { it.id }
        check(lamp in found("喷泉") && lamp in found("FOUNTAIN lamp"))
        same(found("fountain bollard"), emptyList<String>())
        val only = guard.replica.cases(CaseFilter(site = guard.site, text = "喷泉"), 0u, 10u)
        same(only.map { it.title }, listOf("Lamp out by the fountain 喷泉"))
    }

    fun round() {
        val guard = phoneOf("guard")
        val site = guard.replica.site(guard.site)!!
        val route = site.routes.single { it.name == "夜间巡更" }
        val points = site.checkpoints.associate { it.id to it.checkpoint }
        val round = guard.replica.startRound(route.id)
        val (gate, pump, roof) = route.checkpoints
        val normal = listOf(ItemAnswer(points[gate]!!.items[0].id, Answer.Normal))
        guard.replica.check(round, gate, NewCheck(Reading.Nfc(points[gate]!!.code), normal))
        same(codeOf { guard.replica.check(round, gate, NewCheck(Reading.Nfc("RM-ELSEWHERE"), normal)) }, "code_mismatch")
        val picture = Files.readAllBytes(taken("pump"))
        val answers = listOf(ItemAnswer("pressure", Answer.Number(200)), ItemAnswer("floor", Answer.Choice("积水")))
        val found = NewCheck(
            Reading.Qr(points[pump]!!.code, photoHash(picture)), answers, "泵房进水", listOf(NewPicture(picture)),
        )
        val about = guard.newCase(description = "水泵房积水", subject = "equipment/drainage")
        val reported = guard.replica.reportAbnormal(round, pump, found, about)
        val skipped = NewCheck(Reading.Skipped(SkipReason.LOCKED), note = "门锁着")
        guard.replica.check(round, roof, skipped)
        guard.replica.finishRound(round, "已完成")
        same(codeOf { guard.replica.check(round, roof, skipped) }, "round_finished")
        val walked = guard.replica.round(round)!!
        check(walked.finished && walked.name == "夜间巡更" && walked.points[1].abnormal)
        same(walked.points[2].coverage, Coverage.SKIPPED)
        same(walked.checks[1].case, reported.case)
        val report = guard.sync()
        same(listOf(report.accepted, report.quarantined, report.photosSent), listOf(5u, 0u, 1u))
        same(guard.replica.rounds(RoundFilter(unfinished = true), 0u, 10u), emptyList<Round>())
        check("水泵房积水" in office.run("case", "show", reported.case)) { "the office has the case" }
    }

    fun conflict() {
        val han = phoneOf("reception")
        val li = phoneOf("reception")
        val case = han.create()
        han.sync()
        li.sync()
        han.replica.classify(case, Classification(urgency = Urgency.URGENT))
        li.replica.classify(case, Classification(urgency = Urgency.IMPORTANT))
        listOf(han, li, han).forEach { it.sync() }
        val conflict = han.replica.conflicts(case).single()
        same(listOf(conflict.kind, conflict.id, conflict.open), listOf(ConflictKind.PARALLEL_EDIT, "urgency", true))
        same(conflict.sides.associate { it.value to it.by }, mapOf("urgent" to han.person.id, "important" to li.person.id))
        same(han.replica.conflicts(case), li.replica.conflicts(case))
        same(codeOf { han.replica.resolve(case, "urgency", Choice.Value("general")) }, "conflict_unknown")
        han.replica.resolve(case, "urgency", Choice.Value("important"))
        han.sync()
        li.sync()
        same(li.replica.conflicts(case), emptyList<Conflict>())
        same(li.replica.case(case)!!.urgency, Urgency.IMPORTANT)
    }

    fun rebase() {
        val ahead = Duration.ofDays(3652)
        val clock = object : Clock {
            override fun read() = ClockReading(Instant.now().plus(ahead), System.nanoTime() / 1_000_000, "the only one")
        }
        val phone = Phone(office, folder, office.person("guard"), options(clock = clock)).enrol()
        phone.sync()
        check(phone.replica.status().clockOffsetMaxMs!! < -Duration.ofDays(3650).toMillis())
        val case = phone.create()
        phone.replica.record(case, null, remark("时钟不准"))
        val report = phone.sync()
        same(report.accepted to report.quarantined, 2u to 0u)
        same(notes(phone.replica, case), listOf("时钟不准"), "once, whatever it took")
        same(phone.replica.refused(), emptyList<Edit>())
    }

    fun refusal() {
        val guard = phoneOf("guard")
        guard.replica.shut()
        val copy = folder.resolve("restored.db")
        Files.copy(Path.of(guard.path), copy)
        office.run("person", "take", "--person", guard.person.id, "--role", "guard", "--site", guard.site)
        guard.replica = Replica.open(guard.path, options())
        guard.sync()
        same(guard.replica.roles(), emptyList<RoleGrant>())
        guard.sync()
        same(codeOf { guard.create() }, "command_not_permitted")
        val restored = Replica.open(copy.toString(), options())
        same(restored.roles().map { it.role }, listOf(Role.GUARD), "it has not heard")
        val case = restored.createCase(guard.newCase(description = "东门有人翻墙"))
        restored.record(case, null, remark("已报警"))
        val report = restored.sync(SyncBudget())
        check(report.accepted == 0u && report.quarantined >= 1u)
        val (first, second) = restored.refused()
        same(listOf(first.what, first.state, first.code), listOf("create_case", EditState.REFUSED, "site_not_permitted"))
        check("东门有人翻墙" in first.texts && second.texts == listOf("已报警"))
        check(first.reasonZh != null && second.reasonEn != null)
        same(restored.status().refusedEdits, 2u)
    }

    fun revocationWipe() {
        val guard = phoneOf("guard")
        val desk = phoneOf("reception")
        val theirs = desk.create(desk.newCase(kind = CaseKind.COMPLAINT, subject = "parking/fire_lane"))
        desk.replica.dispatch(theirs, Department.SECURITY, guard.person.id)
        desk.sync()
        guard.sync()
        check(guard.replica.case(theirs) != null)
        guard.create(guard.newCase(description = "还没有同步"))
        office.run("device", "revoke", guard.replica.status().enrolment!!.device)
        same(codeOf { guard.sync() }, "device_revoked")
        same(guard.replica.case(theirs), null)
        same(guard.replica.cases(CaseFilter(), 0u, 10u), emptyList<CaseListItem>())
        check("还没有同步" in guard.replica.refused()[0].texts) { "what was typed is still to be read" }
        check(guard.replica.status().revoked)
        same(codeOf { guard.create() }, "device_revoked")
    }

    fun restartAfterKill() {
        val guard = phoneOf("guard")
        val case = guard.create()
        guard.replica.shut()
        val killed = child("roundsman.KilledKt", guard.path, case)
        val said = killed.inputReader().readText()
        same(killed.waitFor(), 137, "killed by itself")
        guard.replica = Replica.open(guard.path, options())
        same(notes(guard.replica, case), said.lines().filter { it.isNotEmpty() })
        same(guard.sync().accepted, 22u)
    }

    fun cancel() {
        val guard = phoneOf("guard")
        val case = guard.create()
        guard.replica.shut()
        val asked = Semaphore(0)
        val end = CountDownLatch(1)
        val dead = object : Transport {
            override fun send(request: HttpRequest): HttpReply {
                asked.release()
                end.await()
                throw HostException.Failed("the link was dead")
            }
        }
        val replica = Replica.open(guard.path, options(transport = dead))
        var report: SyncReport? = null
        val syncing = thread { report = replica.sync(SyncBudget()) }
        asked.acquire()
        replica.record(case, null, remark("同步时"))
        replica.cancelSync()
        syncing.join(10_000)
        same(report!!.stopped to report!!.more, Stopped.CANCELLED to true)
        runBlocking {
            val job = launch(Dispatchers.Default) { replica.syncAndWait() }
            asked.acquire()
            job.cancelAndJoin()
        }
        replica.shut()
        end.countDown()
        guard.replica = Replica.open(guard.path, options())
        same(guard.sync().accepted, 2u)
    }

    fun observer() {
        val guard = phoneOf("guard")
        val desk = phoneOf("reception")
        val changes = mutableListOf<Change>()
        val titles = mutableListOf<String>()
        val told = object : Listener {
            override fun changed(change: Change) {
                changes += change
                titles += guard.replica.cases(CaseFilter(), 0u, 1u).map { it.title }
            }
        }
        val subscription = guard.replica.subscribe(told)
        val case = guard.create(guard.newCase(description = "第一件"))
        same(changes, listOf(Change(listOf(case), true)))
        same(titles, listOf("第一件"), "a listener may call the library")
        guard.sync()
        desk.sync()
        desk.replica.record(case, null, remark("前台已看"))
        desk.sync()
        changes.clear()
        guard.sync()
        check(changes.any { case in it.documents })
        guard.replica.unsubscribe(subscription)
        changes.clear()
        guard.create()
        same(changes, emptyList<Change>())
    }

    fun lostReplies() {
        val sent = AtomicInteger()
        val lossy = object : JdkTransport() {
            override fun send(request: HttpRequest): HttpReply {
                val reply = super.send(request)
                // The server has acted on it; nobody hears.
                if (sent.incrementAndGet() % 3 == 0) throw IOException("the reply is lost")
                return reply
            }
        }
        val guard = phoneOf("guard", options = options(transport = lossy))
        val desk = phoneOf("reception")
        val case = guard.create()
        for (number in 0 until 30) {
            guard.replica.record(case, null, remark("$number"))
            if (number % 5 == 0) guard.sync()
        }
        guard.replica.addPhoto(case, NewPhoto("${taken("lost replies")}", PhotoRole.EVIDENCE))
        guard.sync()
        check(sent.get() > 8)
        same(guard.replica.status().run { pendingEdits to photosOwed }, 0u to 0u)
        desk.sync()
        same(notes(desk.replica, case), List(30) { "$it" }, "each once, in order")
    }

    fun uploadHandedOver() {
        val guard = phoneOf("guard")
        val case = guard.create()
        val path = taken("handed over")
        val photo = guard.replica.addPhoto(case, NewPhoto("$path", PhotoRole.EVIDENCE))
        val report = guard.sync(SyncBudget(uploads = Uploads.HAND_OVER))
        same(report.accepted to report.photosSent, 2u to 0u)
        val upload = guard.replica.pendingUploads().single()
        same(listOf(upload.photo, upload.offset, upload.size), listOf(photo, 0uL, Files.size(path).toULong()))
        val request = HttpRequest(upload.method, upload.url, upload.headers, File(upload.file).readBytes())
        val reply = JdkTransport().send(request)
        guard.replica.uploadDone(photo, UploadResult.Answered(reply.status))
        check(guard.replica.pendingUploads().isEmpty() && !File(upload.file).exists())
        same(guard.replica.status().photosOwed, 1u, "only the server's receipt counts")
        guard.sync(SyncBudget(uploads = Uploads.HAND_OVER))
        same(guard.replica.status().photosOwed, 0u)
        check(guard.replica.pendingUploads().isEmpty())
    }

    fun hostsSigner() {
        // As Android's key store: the public key as SubjectPublicKeyInfo, signatures as DER.
        val pair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
        val signed = AtomicInteger()
        var locked = false
        val keys = object : Signer {
            override fun algorithm() = KeyAlgorithm.ES256
            override fun publicKey(): ByteArray = pair.public.encoded
            override fun sign(message: ByteArray): ByteArray {
                if (locked) throw HostException.Failed("the phone is locked")
                signed.incrementAndGet()
                return JavaSignature.getInstance("SHA256withECDSA").run {
                    initSign(pair.private)
                    update(message)
                    sign()
                }
            }
        }
        val guard = phoneOf("guard", options = options(signer = keys))
        guard.create()
        same(guard.sync().accepted, 1u)
        check(signed.get() >= 4 && guard.replica.publicKey().startsWith("es256:"))
        locked = true
        same(codeOf { guard.create() }, "store_failed", "a key store that refuses")
    }

    fun errors() {
        val guard = phoneOf("guard")
        val nowhere = newId()
        val case = guard.create()
        val empty = folder.resolve("empty.jpg").also { Files.createFile(it) }
        val charge = EntryDetails.Charged(Charge(100uL, "灯泡"))
        val record = { id: String, order: String?, entry: NewEntry -> codeOf { guard.replica.record(id, order, entry) } }
        same(record(nowhere, null, remark("x")), "document_unknown")
        same(record("no id", null, remark("x")), "bad_request")
        same(record(case, nowhere, remark("x")), "order_unknown")
        same(record(case, null, NewEntry(EntryKind.REMARK, details = charge)), "details_invalid")
        same(record(case, null, NewEntry(EntryKind.CHARGED)), "details_invalid")
        same(codeOf { guard.replica.addPhoto(case, NewPhoto("/nowhere.jpg", PhotoRole.AFTER)) }, "not_found")
        same(codeOf { guard.replica.addPhoto(case, NewPhoto("$empty", PhotoRole.AFTER)) }, "photo_empty")
        same(codeOf { guard.create(guard.newCase(description = "x".repeat(30_000))) }, "text_too_long")
        same(codeOf { guard.replica.startRound(nowhere) }, "route_unknown")
        same(codeOf { guard.replica.enrol(office.url, "CODE", "again") }, "bad_request")
        same(codeOf { guard.replica.setServer("ftp://x") }, "bad_request")
        val fresh = Replica.open(folder.resolve("fresh.db").toString(), options())
        same(codeOf { fresh.createCase(guard.newCase()) }, "not_enrolled")
        same(codeOf { fresh.sync(SyncBudget()) }, "not_enrolled")
        same(codeOf { fresh.enrol(office.url, "AAAA-BBBB", "fresh") }, "enrol_code_unknown")
        same(codeOf { fresh.enrol("http://127.0.0.1:9", "AAAA-BBBB", "fresh") }, "link_failed")
        check(fresh.status().retryInMs <= 1_000uL)
        fresh.shut()
        same(codeOf { fresh.status() }, "store_failed")
        same(codeOf { Replica.open("$folder/no/folder.db", options()) }, "store_failed")
        same(codeOf { Replica.open("$folder/x.db", options(key = "short".toByteArray())) }, "bad_request")
    }
}
