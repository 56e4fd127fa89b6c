// swift-tools-version:5.9
// The library comes as RoundsmanFFI.xcframework, which xcframework.sh builds on a Mac together with
// Sources/Roundsman/Roundsman.swift.
import PackageDescription

let package = Package(
    name: "Roundsman",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Roundsman", targets: ["Roundsman"])],
    targets: [
        .binaryTarget(name: "RoundsmanFFI", path: "RoundsmanFFI.xcframework"),
        .target(name: "Roundsman", dependencies: ["RoundsmanFFI"], path: "Sources/Roundsman"),
    ]
)
