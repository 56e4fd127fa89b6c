// The source set for an Android or JVM project. `kotlin.sh` puts the generated sources under src/generated/kotlin and the
// native libraries under src/main/jniLibs (Android) or beside the program (JVM).
plugins {
    id("com.android.library") version "8.7.0"
    kotlin("android") version "2.2.0"
}

android {
    namespace = "roundsman"
    compileSdk = 35
    defaultConfig { minSdk = 26 }
    sourceSets["main"].kotlin.srcDirs("src/main/kotlin", "src/generated/kotlin")
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

dependencies {
    // The generated code calls the library through JNA; Android wants its own packaging.
    implementation("net.java.dev.jna:jna:5.17.0@aar")
    implementation("org.jetbrains.kotlinx:kotlinx-coroutines-android:1.10.2")
}
